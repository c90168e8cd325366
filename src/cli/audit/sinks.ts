import type { SinkLag } from '../../audit/sinks/lag.ts';
import { loadConfig } from '../../config/load.ts';
import { BailiwickError } from '../../errors.ts';
import { CONFIG_OPTION, createCommand, JSON_OPTION, type AddCommand } from '../command.ts';
import { table } from '../terminal.ts';
import { isDirectory } from './directory.ts';

/** `bailiwick audit sinks`: how far each sink is behind the record. Works while a gateway runs, and when none does. */
export const addSinks: AddCommand = (audit, terminal) => {
  const sinks = createCommand('sinks', 'Show how far each sink of `audit.sinks` is behind the record', [
    'audit sinks',
    'audit sinks --json',
  ])
    .option(...CONFIG_OPTION)
    .option('--dir <dir>', 'another audit directory than that of the configuration')
    .option(...JSON_OPTION)
    .action(async (options: { config: string; dir?: string; json?: boolean }) => {
      const { readLags } = await import('../../audit/sinks/lag.ts');
      const settings = (await loadConfig(options.config, process.env)).config.audit;
      const { dir = settings.dir } = options;
      if (options.dir !== undefined && !(await isDirectory(dir))) {
        throw new BailiwickError('USAGE', `--dir: there is no directory ${dir}`);
      }
      const lags = await readLags(dir, settings.sinks);
      terminal.out(
        options.json ? JSON.stringify({ directory: dir, sinks: lags }, undefined, 2) : describe(dir, lags),
      );
    });
  audit.addCommand(sinks);
};

function describe(directory: string, lags: readonly SinkLag[]): string {
  if (lags.length === 0) return `no sink is configured: records stay in ${directory}`;
  return [
    table(['SINK', 'KIND', 'REQUIRED', 'BEHIND', 'IN CHAINS', 'PUT ASIDE'], lags.map(toRow)),
    ...lags.flatMap(toNotes),
  ].join('\n');
}

function toRow({ name, kind, required, records, chains, deadLetters }: SinkLag): string[] {
  return [name, kind, required ? 'yes' : 'no', `${records}`, `${chains.length}`, `${deadLetters}`];
}

function toNotes({ name, chains, deadLetters, deadLetterFile }: SinkLag): string[] {
  const [furthest] = chains;
  return [
    ...(furthest ? [`${name}: has ${furthest.passed} of ${furthest.last} records of ${furthest.chain}`] : []),
    ...(deadLetters > 0 ? [`${name}: refused records are in ${deadLetterFile}`] : []),
  ];
}
