import type { Entry } from '../../audit/read/join-calls.ts';
import type { Criteria } from '../../audit/read/filter.ts';
import { TYPES } from '../../audit/record-schema.ts';
import { BailiwickError } from '../../errors.ts';
import { createCommand, JSON_OPTION, type AddCommand } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { addDirectoryOptions, findDirectory, type DirectoryOptions } from './directory.ts';
import { toEntryLine } from './entry-line.ts';
import { addFilterOptions, readFilterOptions, type FilterOptions } from './filter-options.ts';
import { follow } from './follow.ts';
import { toCount } from './number-option.ts';
import { createStandardOutput } from './output.ts';
import { terminalWidth } from './row-table.ts';
import { visibleJson } from './safe-text.ts';
import { createTroubleReport } from './troubles.ts';

interface TailOptions extends FilterOptions, DirectoryOptions {
  readonly lines: string;
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly ndjson?: boolean;
}

/** `bailiwick audit tail`: the last of what happened, and what happens next. */
export const addTail: AddCommand = (audit, terminal) => {
  const command = createCommand('tail', 'Show the last entries of the record, and follow it', [
    'audit tail',
    'audit tail -f --decision refused',
    'audit tail -n 100 --principal agent --since 1h',
    'audit tail --type signin,key,config,drift',
  ])
    .argument('[dir]', 'the audit directory; the same as --dir')
    .option('-n, --lines <count>', 'how many', '20')
    .option('-f, --follow', 'go on with what is written from now on, new chains included, until Ctrl+C')
    .option(...JSON_OPTION)
    .option(
      '--ndjson',
      'print one JSON object for each: a call as `audit query` does, anything else as recorded',
    )
    .action(async (dir: string | undefined, options: TailOptions) => {
      await tail(terminal, await findDirectory(dir, options), options);
    });
  audit.addCommand(addFilterOptions(addDirectoryOptions(command)));
};

async function tail(terminal: Terminal, directory: string, options: TailOptions): Promise<void> {
  const count = toCount('--lines', options.lines, { least: 0, most: 100_000 });
  const wanted = readFilterOptions(options, Date.now());
  if (options.follow && wanted.span.until !== undefined) {
    throw new BailiwickError('USAGE', '--until: what is followed has no end; leave out --until or --follow');
  }
  if (options.json && (options.follow || options.ndjson)) {
    throw new BailiwickError(
      'USAGE',
      options.ndjson
        ? 'say either --json or --ndjson'
        : '--json: what is followed has no end, and one document has one; --ndjson prints an object for each',
    );
  }
  const shown = { ...wanted, criteria: withoutCheckpoints(wanted.criteria) };
  const output = createStandardOutput(terminal);
  const show = async (entries: readonly Entry[]): Promise<void> => {
    for (const entry of entries) await output.write(`${toText(entry, options)}\n`);
    await output.end();
  };
  const troubles = createTroubleReport(terminal, directory);
  if (options.follow) return follow({ terminal, directory, count, wanted: shown, show, troubles });
  const { readLastEntries } = await import('../../audit/read/entries.ts');
  const { entries } = await readLastEntries(directory, count, { ...shown, onTrouble: troubles.add });
  if (options.json) await output.write(`{"entries":[${entries.map(toJson).join(',\n')}]}\n`);
  await (options.json ? output.end() : show(entries));
  troubles.end();
  if (entries.length === 0) terminal.err(`${directory}: no entry matches`);
}

/** They come by the clock, and say nothing to a person who did not ask for them. */
function withoutCheckpoints(criteria: Criteria): Criteria {
  return criteria.type ? criteria : { ...criteria, type: TYPES.filter((type) => type !== 'checkpoint') };
}

function toText(entry: Entry, { ndjson }: TailOptions): string {
  return ndjson ? toJson(entry) : toEntryLine(entry, terminalWidth());
}

function toJson(entry: Entry): string {
  return visibleJson(entry.kind === 'call' ? entry.call : entry.record);
}
