import { fileURLToPath } from 'node:url';
import { firstLine, startNode } from '../../support/child-process.ts';
import { formatMarkdownTable } from '../markdown-table.ts';
import type { IdentitySample } from './measure.ts';

/** One line of the table. */
export interface IdentityLine extends IdentitySample {
  readonly name: string;
  readonly unit: 'µs of CPU' | 'MB of heap';
  readonly against: string;
  /** What it may be at most: itself, or its ratio to the baseline. */
  readonly bound: string;
  readonly holds: boolean;
}

const CHILD = fileURLToPath(new URL('measure.ts', import.meta.url));

const MEASURES = [
  { name: 'a token that was verified before', args: ['known', 'RS256', '100'] },
  { name: 'a first verification, RS256', args: ['first', 'RS256', '300'] },
  { name: 'a first verification, ES256', args: ['first', 'ES256', '300'] },
  { name: '10,000 tokens of 10,000 callers', args: ['memory', 'ES256', '10000'] },
] as const;

/** What it costs to know who calls, each measurement in a process of its own, one after another. */
export async function runIdentityBench(onProgress: (line: string) => void): Promise<IdentityLine[]> {
  const lines: IdentityLine[] = [];
  for (const { name, args } of MEASURES) {
    onProgress(name);
    const child = startNode(['--expose-gc', CHILD, ...args]);
    // oxlint-disable-next-line no-await-in-loop -- two at once would slow each other down
    const sample = JSON.parse(await firstLine(child)) as IdentitySample;
    // oxlint-disable-next-line no-await-in-loop
    await child.stop();
    lines.push(toLine(name, args[0], sample));
  }
  return lines;
}

function toLine(
  name: string,
  what: (typeof MEASURES)[number]['args'][0],
  sample: IdentitySample,
): IdentityLine {
  const { value, baseline, tokenLength } = sample;
  switch (what) {
    case 'known':
      return {
        name,
        unit: 'µs of CPU',
        against: 'SHA-256 of it',
        bound: '≤ 5 µs',
        holds: value <= 5,
        ...sample,
      };
    case 'first':
      return {
        name,
        unit: 'µs of CPU',
        against: 'jose alone',
        bound: '≤ 3 ×',
        holds: value <= 3 * baseline,
        ...sample,
      };
    case 'memory':
      return {
        name,
        unit: 'MB of heap',
        against: 'the tokens themselves',
        bound: '≤ 20 MB',
        holds: value <= 20e6,
        value: value / 1e6,
        baseline: baseline / 1e6,
        tokenLength,
      };
  }
}

/** A Markdown table that reads well on a terminal too. */
export function formatIdentityTable(lines: readonly IdentityLine[]): string {
  const head = ['what', 'cost', 'against', 'ratio', 'bound', 'holds', 'characters of a token'];
  const rows = lines.map(({ name, unit, value, baseline, against, bound, holds, tokenLength }) => [
    name,
    `${value.toFixed(1)} ${unit}`,
    `${baseline.toFixed(1)} (${against})`,
    (value / baseline).toFixed(2),
    bound,
    holds ? 'yes' : 'no',
    String(tokenLength),
  ]);
  return formatMarkdownTable(head, rows);
}
