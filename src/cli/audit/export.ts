import type { ReadOptions } from '../../audit/read/read-directory.ts';
import { BailiwickError } from '../../errors.ts';
import { suggest } from '../../text/suggest.ts';
import { createCommand, type AddCommand } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { countText } from './call-table.ts';
import { addDirectoryOptions, findDirectory, type DirectoryOptions } from './directory.ts';
import { callRows, recordRows, type Rows } from './export-rows.ts';
import { addFilterOptions, readFilterOptions, type FilterOptions } from './filter-options.ts';
import { createFileOutput, createStandardOutput, type FileOutput, type Output } from './output.ts';
import { visible } from './safe-text.ts';
import { createTroubleReport } from './troubles.ts';

const FORMATS = ['ndjson', 'csv', 'json'] as const;
type Format = (typeof FORMATS)[number];

interface ExportOptions extends FilterOptions, DirectoryOptions {
  readonly format: string;
  readonly calls?: boolean;
  readonly out?: string;
  readonly force?: boolean;
}

/** `bailiwick audit export`: records or calls, for other programs. */
export const addExport: AddCommand = (audit, terminal) => {
  const command = createCommand('export', 'Write records, or calls, for other programs', [
    'audit export --since 2026-11-01 --until 2026-11-30 --out november.ndjson',
    'audit export --calls --format csv --principal agent --out agent.csv',
    'audit export --type signin,key --format json | jq .records[].principal.subject',
  ])
    .argument('[dir]', 'the audit directory; the same as --dir')
    .option('--format <format>', FORMATS.join(', '), 'ndjson')
    .option('--calls', 'one row a call, as `audit query` joins them; without it, records as they are on disk')
    .option('--out <file>', 'a file that does not exist yet; without it, standard output')
    .option('--force', 'write over the file, once the new one is complete')
    .action(async (dir: string | undefined, options: ExportOptions) => {
      await exportRecord(terminal, await findDirectory(dir, options), options);
    });
  audit.addCommand(addFilterOptions(addDirectoryOptions(command)));
};

async function exportRecord(terminal: Terminal, directory: string, options: ExportOptions): Promise<void> {
  const format = toFormat(options.format);
  const { criteria, ...wanted } = readFilterOptions(options, Date.now());
  const troubles = createTroubleReport(terminal, directory);
  const reading: ReadOptions = { ...wanted, onTrouble: troubles.add };
  const rows = options.calls
    ? callRows(directory, criteria, reading)
    : recordRows(directory, criteria, reading);
  const { out, force = false } = options;
  const count = await writeOut(
    rows,
    format,
    out === undefined ? createStandardOutput(terminal) : await createFileOutput(out, force),
  );
  troubles.end();
  if (out !== undefined) terminal.err(`${countText(count, rows.noun)} written to ${out}`);
  else if (count === 0) terminal.err(`${directory}: no ${rows.noun} matches`);
}

async function writeOut(rows: Rows, format: Format, output: Output | FileOutput): Promise<number> {
  const isFile = 'discard' in output;
  try {
    const count = await writeRows(rows, format, isFile ? output : toSafe(output));
    await output.end();
    return count;
  } catch (error) {
    if (isFile) await output.discard();
    throw error;
  }
}

/** A terminal is steered by nothing that somebody else wrote; a pipe gets every byte as it is. */
function toSafe(output: Output): Output {
  if (!process.stdout.isTTY) return output;
  return { write: (text) => output.write(text.split('\n').map(toSafeLine).join('\n')), end: output.end };
}

function toSafeLine(line: string): string {
  return visible(line.replace(/\r$/, ''));
}

/** Resolves to the number of rows. */
async function writeRows(rows: Rows, format: Format, output: Output): Promise<number> {
  let count = 0;
  if (format === 'csv') await output.write(rows.csvHeading);
  if (format === 'json') await output.write(`{"${rows.noun}s":[`);
  for await (const row of rows) {
    if (format === 'csv') await output.write(row.csv());
    else if (format === 'ndjson') await output.write(`${row.json()}\n`);
    else await output.write(`${count === 0 ? '' : ','}\n${row.json()}`);
    count += 1;
  }
  if (format === 'json') await output.write('\n]}\n');
  return count;
}

function toFormat(text: string): Format {
  const format = FORMATS.find((one) => one === text);
  if (format) return format;
  const meant = suggest(text, FORMATS);
  throw new BailiwickError(
    'USAGE',
    `--format: ${text} is none of ${FORMATS.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}
