import type { Criteria } from '../../audit/read/filter.ts';
import type { Call } from '../../audit/read/call.ts';
import type { Totals } from '../../audit/read/totals.ts';
import { TYPES } from '../../audit/record-schema.ts';
import { BailiwickError } from '../../errors.ts';
import { createCommand, JSON_OPTION, type AddCommand } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { callColumns, describeTotals } from './call-table.ts';
import { addDirectoryOptions, findDirectory, type DirectoryOptions } from './directory.ts';
import { addFilterOptions, readFilterOptions, type FilterOptions } from './filter-options.ts';
import { keepLast } from './last-items.ts';
import { createNoMatch } from './no-match.ts';
import { toCount } from './number-option.ts';
import { createStandardOutput, type Output } from './output.ts';
import { createRowTable, terminalWidth } from './row-table.ts';
import { visibleJson } from './safe-text.ts';
import { createTroubleReport } from './troubles.ts';

interface QueryOptions extends FilterOptions, DirectoryOptions {
  readonly limit?: string;
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly exitCode?: boolean;
}

/** Rows of a table that is not asked for more. */
const DEFAULT_ROWS = 100;

/** `bailiwick audit query`: intents and outcomes joined to calls, one row each. */
export const addQuery: AddCommand = (audit, terminal, exit) => {
  const command = createCommand('query', 'Show calls, each with its outcome, and what they come to', [
    'audit query --since 24h --decision refused',
    'audit query --principal agent --access write,destructive --since 2026-11-20 --until 2026-11-20',
    "audit query --tool 'helpdesk_*' --status upstream-error --json",
    'audit query --since 7d --limit 0 --ndjson | jq -r .shown | sort | uniq -c',
  ])
    .argument('[dir]', 'the audit directory; the same as --dir')
    .option(
      '-n, --limit <count>',
      `only the last so many; 0: all (default: ${DEFAULT_ROWS} in a table, else all)`,
    )
    .option(...JSON_OPTION)
    .option('--ndjson', 'print one JSON object for each call, as soon as it is known')
    .option('--exit-code', 'exit with 1 where no call matches')
    .action(async (dir: string | undefined, options: QueryOptions) => {
      const found = await query(terminal, await findDirectory(dir, options), options);
      if (found === 0 && options.exitCode) exit(1);
    });
  audit.addCommand(addFilterOptions(addDirectoryOptions(command), TYPES.filter(isOfCalls)));
};

/** Resolves to the number of calls that match. */
async function query(terminal: Terminal, directory: string, options: QueryOptions): Promise<number> {
  const { readEntries } = await import('../../audit/read/entries.ts');
  const { createTotals } = await import('../../audit/read/totals.ts');
  const { criteria, span, isWanted } = readFilterOptions(options, Date.now());
  refuseOtherTypes(criteria);
  const limit = readLimit(options);
  const troubles = createTroubleReport(terminal, directory);
  const totals = createTotals();
  const output = createStandardOutput(terminal);
  const sink = createSink(output, options);
  const noMatch = await createNoMatch(criteria);
  const last = limit === 0 ? undefined : keepLast<Call>(limit);
  for await (const entry of readEntries(directory, {
    criteria,
    span,
    isWanted,
    onTrouble: troubles.add,
    onEntry: noMatch.onEntry,
  })) {
    if (entry.kind !== 'call') continue;
    totals.add(entry.call);
    if (last) last.add(entry.call);
    else await sink.add(entry.call);
  }
  for (const call of last?.all() ?? []) await sink.add(call);
  const sums = totals.current();
  await sink.end(sums);
  await output.end();
  troubles.end();
  if (last !== undefined && last.dropped > 0) {
    const shown = limit === 1 ? 'the last one is' : `the last ${limit} of them are`;
    terminal.err(`${shown} shown: --limit 0 shows all`);
  }
  if (sums.calls === 0) noMatch.tell(terminal, directory, 'no call matches');
  return sums.calls;
}

function isOfCalls(type: string): boolean {
  return type.startsWith('call.');
}

/** Other records are no calls. */
function refuseOtherTypes({ type = [] }: Criteria): void {
  const other = type.find((one) => !isOfCalls(one) && !one.startsWith('*'));
  if (other === undefined) return;
  throw new BailiwickError(
    'USAGE',
    `--type: query shows calls, and ${other} is none; \`bailiwick audit tail --type ${other}\` shows it`,
  );
}

function readLimit({ limit, json, ndjson }: QueryOptions): number {
  if (json && ndjson) throw new BailiwickError('USAGE', 'say either --json or --ndjson');
  if (limit === undefined) return json || ndjson ? 0 : DEFAULT_ROWS;
  return toCount('--limit', limit, { least: 0, most: 1_000_000 });
}

interface Sink {
  add(call: Call): Promise<void>;
  end(totals: Totals): Promise<void>;
}

function createSink(output: Output, { json, ndjson, shadow = false }: QueryOptions): Sink {
  if (ndjson) {
    return { add: (call) => output.write(`${visibleJson(call)}\n`), end: async () => {} };
  }
  return json ? jsonSink(output) : tableSink(output, shadow);
}

/** One document, written as it becomes known: `{ calls: […], summary }`. */
function jsonSink(output: Output): Sink {
  let opening = '{"calls":[\n';
  return {
    async add(call) {
      await output.write(opening + visibleJson(call));
      opening = ',\n';
    },
    async end(totals) {
      const before = totals.calls === 0 ? opening : '\n';
      await output.write(`${before}],\n"summary":${JSON.stringify(totals)}}\n`);
    },
  };
}

function tableSink(output: Output, shadow: boolean): Sink {
  const width = terminalWidth();
  const table = createRowTable(callColumns(width, { shadow }), width);
  const write = async (lines: readonly string[]): Promise<void> => {
    for (const line of lines) await output.write(`${line}\n`);
  };
  return {
    add: async (call) => write(table.add(call)),
    async end(totals) {
      await write(table.end());
      if (totals.calls > 0) await output.write(`\n${describeTotals(totals)}\n`);
    },
  };
}
