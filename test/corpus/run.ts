import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { toCanonicalJson } from '../../src/catalog/canonical.ts';
import { compileOpenApi } from '../../src/compile/openapi/compile.ts';
import { BailiwickError } from '../../src/errors.ts';

/*
 * Compiles every OpenAPI document that a manifest names and accounts for each operation:
 *
 *     npm run corpus -- DIRECTORY [--json]
 *
 * The directory holds `manifest.json` with `specs: [{ file, … }]`. Exits 1 on a crash, on an operation that is neither a tool nor a named
 * skip, or on a tool that cannot be serialised. A document that is not OpenAPI 3.0 or 3.1 counts as refused, with its reason.
 */

interface Entry {
  readonly file: string;
  readonly version?: string;
}

interface Totals {
  documents: number;
  refused: Record<string, number>;
  operations: number;
  compiled: number;
  skipped: Record<string, number>;
  lossy: Record<string, number>;
  crashes: string[];
  unaccounted: string[];
  slowest: { file: string; cpuMs: number };
}

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [directory] = positionals;
if (directory === undefined) {
  process.stderr.write('usage: npm run corpus -- DIRECTORY [--json]\n');
  process.exit(2);
}

const totals = await compileAll(directory);
process.stdout.write(values.json ? `${JSON.stringify(totals, undefined, 2)}\n` : describe(totals));
process.exitCode = totals.crashes.length + totals.unaccounted.length === 0 && totals.documents > 0 ? 0 : 1;

async function compileAll(folder: string): Promise<Totals> {
  const manifest = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as {
    specs: Entry[];
  };
  const sum: Totals = {
    documents: 0,
    refused: {},
    operations: 0,
    compiled: 0,
    skipped: {},
    lossy: {},
    crashes: [],
    unaccounted: [],
    slowest: { file: '', cpuMs: 0 },
  };
  for (const { file } of manifest.specs) {
    sum.documents += 1;
    const text = await readFile(path.join(folder, file), 'utf8');
    const before = process.cpuUsage();
    account(file, text, sum);
    const { user, system } = process.cpuUsage(before);
    const cpuMs = Math.round((user + system) / 1000);
    if (cpuMs > sum.slowest.cpuMs) sum.slowest = { file, cpuMs };
  }
  return sum;
}

function account(file: string, text: string, sum: Totals): void {
  try {
    const { operations, tools, skipped, lossy } = compileOpenApi({ source: 'corpus', file, text });
    sum.operations += operations;
    sum.compiled += tools.length;
    for (const { reason } of skipped) count(sum.skipped, reason);
    for (const { reason } of lossy) count(sum.lossy, reason);
    if (tools.length + skipped.length !== operations) sum.unaccounted.push(file);
    // Makes every schema and gives it the form that the catalog's digest needs.
    for (const tool of tools) toCanonicalJson([tool.inputSchema, tool.outputSchema ?? null]);
  } catch (error) {
    if (error instanceof BailiwickError && error.code === 'CONFIGURATION') {
      count(sum.refused, error.message.replace(/^.*?:\d+:\d+\s*/, '').slice(0, 60));
    } else {
      sum.crashes.push(`${file}: ${String(error)}`);
    }
  }
}

function count(table: Record<string, number>, key: string): void {
  table[key] = (table[key] ?? 0) + 1;
}

function rows(table: Record<string, number>): string {
  return Object.entries(table)
    .toSorted(([, a], [, b]) => b - a)
    .map(([key, value]) => `  ${String(value).padStart(6)}  ${key}\n`)
    .join('');
}

function describe(sum: Totals): string {
  const refused = Object.values(sum.refused).reduce((total, value) => total + value, 0);
  return [
    `${sum.documents} documents, ${refused} refused; ${sum.operations} operations, ${sum.compiled} compiled\n`,
    `refused:\n${rows(sum.refused)}skipped:\n${rows(sum.skipped)}lossy:\n${rows(sum.lossy)}`,
    `slowest: ${sum.slowest.file} (${sum.slowest.cpuMs} ms CPU)\n`,
    `crashes: ${sum.crashes.length}, unaccounted: ${sum.unaccounted.length}\n`,
    ...[...sum.crashes, ...sum.unaccounted].map((line) => `  ${line}\n`),
  ].join('');
}
