import { loadConfig } from '../../config/load.ts';
import { CONFIG_OPTION, createCommand, type AddCommand } from '../command.ts';

const DETAILS = `
Each head stands for one chain up to one record: chain, seq, hash and time of that record, and the signature over them.
Keep what this prints where whoever runs the gateway cannot change it; \`bailiwick audit verify --head FILE\` then finds every
change at or before these records.`;

/** `bailiwick audit heads`: the newest signed head of every chain, to be kept elsewhere. */
export const addHeads: AddCommand = (audit, terminal, exit) => {
  const heads = createCommand(
    'heads',
    'Print the newest signed head of every chain, as JSON, to keep elsewhere',
    ['audit heads > heads.json', 'audit verify --head heads.json'],
  )
    .option(...CONFIG_OPTION)
    .option('--all', 'also heads of chains that other gateways with the same store have')
    .addHelpText('after', DETAILS)
    .action(async (options: { config: string; all?: boolean }) => {
      const { readStoredHeads } = await import('./stored-heads.ts');
      const loaded = await loadConfig(options.config, process.env);
      const { here, elsewhere } = await readStoredHeads(loaded, loaded.config.audit.dir);
      const found = [...here, ...(options.all ? elsewhere.map(({ head }) => head) : [])];
      terminal.out(JSON.stringify({ heads: found }, undefined, 2));
      if (found.length === 0) {
        terminal.err('there is no head in the store yet');
        exit(1);
      }
    });
  audit.addCommand(heads);
};
