/**
 * Compiles every OpenAPI document that a manifest names, looks at every tool, and compares every request with the one that
 * `swagger-client` makes of the same arguments.
 *
 *   npm run corpus -- DIRECTORY [--json] [--sample N] [--report FILE] [--threads N]
 *     [--min-compiled R] [--min-equality R] [--max-tokens N] [--max-p95 N] [--max-excluded R]
 *
 * The directory holds `manifest.json` with `specs: [{ file, source? }]`. `--json` prints one object: the members of `Summary`
 * and `families`, the same for each top folder. `--report` writes the reports of the single documents, with every difference.
 * Exit 0: no crash, no unaccounted operation, no violation, no bound missed. 1: one of them. 2: the command line is wrong.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { missedBounds, type Bounds } from './bounds.ts';
import type { DocumentReport } from './document-report.ts';
import { readManifest, sampleEntries } from './manifest.ts';
import { installPeers } from './peers.ts';
import { measureAll } from './pool.ts';
import { summarize, summarizeFamilies } from './summary.ts';
import { describeCorpus } from './table.ts';

const text = { type: 'string' } as const;
const USAGE = 'usage: npm run corpus -- DIRECTORY [--json] [--sample N] [--report FILE] and bounds';

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      sample: text,
      report: text,
      threads: { ...text, default: '2' },
      'min-compiled': text,
      'min-equality': text,
      'max-tokens': text,
      'max-p95': text,
      'max-excluded': text,
    },
    allowPositionals: true,
  });
  const [directory, ...others] = positionals;
  if (directory === undefined || others.length > 0) throw new Error(USAGE);
  const bounds: Bounds = {
    ...numberOf('minCompiled', values['min-compiled']),
    ...numberOf('minEquality', values['min-equality']),
    ...numberOf('maxTokens', values['max-tokens']),
    ...numberOf('maxP95', values['max-p95']),
    ...numberOf('maxExcluded', values['max-excluded']),
  };
  const { sample, threads } = {
    ...numberOf('sample', values.sample),
    ...numberOf('threads', values.threads),
  };
  const all = await readManifest(directory);
  const chosen = sample === undefined ? all : sampleEntries(all, sample);
  await installPeers();
  const reports = await measureAll(
    directory,
    { all, chosen, threads: threads ?? 2 },
    createProgress(chosen.length),
  );
  const total = summarize(reports);
  const families = summarizeFamilies(reports);
  if (values.report !== undefined)
    await writeFile(values.report, `${JSON.stringify(reports, undefined, 1)}\n`);
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ ...total, families }, undefined, 2)}\n`
      : describeCorpus(total, families, reports),
  );
  const missed = missedBounds(total, bounds);
  for (const each of missed) process.stderr.write(`missed: ${each}\n`);
  return missed.length === 0 ? 0 : 1;
}

function numberOf(name: string, value: string | undefined): Record<string, number> {
  if (value === undefined) return {};
  const number = Number(value);
  if (!(number >= 0)) throw new Error(`${value} is not a number\n${USAGE}`);
  return { [name]: number };
}

function createProgress(count: number): (report: DocumentReport) => void {
  let done = 0;
  let said = Date.now();
  return (report) => {
    done += 1;
    if (Date.now() - said < 5000 && done < count) return;
    said = Date.now();
    process.stderr.write(`${done} of ${count} documents, last ${report.file}\n`);
  };
}
