import type { ChainReport, DirectoryReport } from '../../audit/verify.ts';
import { loadConfig } from '../../config/load.ts';
import { CONFIG_OPTION, createCommand, JSON_OPTION, type AddCommand } from '../command.ts';
import { paint, table } from '../terminal.ts';

/** `bailiwick audit verify`: whether the records on disk are the ones that were written. Works offline, and while a gateway runs. */
export const addVerify: AddCommand = (audit, terminal, exit) => {
  const verify = createCommand('verify', 'Verify every hash chain of an audit directory, offline', [
    'audit verify',
    'audit verify backup/audit --json',
  ])
    .argument('[dir]', 'the directory; without it, audit.dir of the configuration')
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .action(async (dir: string | undefined, options: { config: string; json?: boolean }) => {
      const { verifyDirectory } = await import('../../audit/verify.ts');
      const directory = dir ?? (await loadConfig(options.config, process.env)).config.audit.dir;
      const report = await verifyDirectory(directory);
      // Nothing that was verified is no proof of anything: somebody may have taken all of it away.
      const ok = report.ok && report.chains.length > 0;
      terminal.out(
        options.json
          ? JSON.stringify({ directory, ...report, ok }, undefined, 2)
          : describe(directory, report),
      );
      if (!ok) exit(1);
    });
  audit.addCommand(verify);
};

function describe(directory: string, { chains, unexpected }: DirectoryReport): string {
  if (chains.length === 0) return `${directory}: there is no chain of records here, so nothing was verified`;
  const broken = chains.filter((chain) => !chain.ok);
  return [
    table(['CHAIN', 'RECORDS', 'OK', 'FIRST BAD LINE'], chains.map(toRow)),
    '',
    ...chains.flatMap(({ torn }) =>
      torn
        ? [
            `${torn.file}:${torn.line}: the last line is unfinished, as a crash or a write under way leaves it; no acknowledged record is in it.`,
          ]
        : [],
    ),
    ...unexpected.map((name) => `${name}: neither a chain nor a part of one; it was not looked at.`),
    ...(broken.length > 0
      ? [
          paint(
            'red',
            `${broken.length} of ${chains.length} chains ${broken.length === 1 ? 'is' : 'are'} not what was written. RECORDS counts those before the first bad line.`,
          ),
        ]
      : []),
    toNote(chains),
  ].join('\n');
}

function toRow({ chain, records, ok, firstBad }: ChainReport): string[] {
  const where = firstBad ? `${firstBad.file}:${firstBad.line} (record ${firstBad.seq}): ${firstBad.why}` : '';
  return [chain, String(records), ok ? 'yes' : 'NO', where];
}

/** How far the verdict goes. Of several chains it is said once: it differs by the number of the last record alone. */
function toNote(chains: readonly ChainReport[]): string {
  const [first, ...others] = chains;
  if (first !== undefined && others.length === 0) return `${first.chain}: ${first.tail.note}`;
  return (
    'No head of a chain was given, so each chain agrees with itself up to its last record above, and no more than that is known: ' +
    'records cut off after it, a chain that was removed as a whole, or one whose hashes were all computed anew, would not be noticed.'
  );
}
