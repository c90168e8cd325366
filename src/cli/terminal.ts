import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

/** Where a command writes. Results go to `out`, everything said beside them to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** What `out` writes to, for results that are too many to be written without waiting. */
  readonly stream: Writable;
  /** True where `err` is a terminal that somebody looks at. */
  readonly isWatched: boolean;
}

export type Style = Parameters<typeof styleText>[0];

export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  stream: process.stdout,
  isWatched: process.stderr.isTTY,
};

/** Styles text for standard output; plain where that is no terminal, or `NO_COLOR` is set. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Columns aligned by spaces, the first row a heading; the last column is cut to the terminal's width. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = process.stdout.isTTY ? process.stdout.columns : Infinity;
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const toLine = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .slice(0, width);
  return [paint('bold', toLine(heading)), ...rows.map(toLine)].join('\n');
}

/** How long work may take before a watcher is told what is going on. */
const PATIENCE_MS = 1_000;

/** Awaits work; after a second says, on a terminal, what is being waited for and for how long. */
export async function withProgress<T>(terminal: Terminal, label: () => string, work: Promise<T>): Promise<T> {
  if (!terminal.isWatched) return work;
  const started = Date.now();
  const show = (): void => {
    const seconds = Math.round((Date.now() - started) / 1000);
    process.stderr.write(`\r\u001B[2K${label()} (${seconds} s)`);
  };
  let shown = false;
  const timer = setInterval(() => {
    shown = true;
    show();
  }, PATIENCE_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (shown) process.stderr.write('\r\u001B[2K');
  }
}
