/**
 * Runs the official conformance suite, directly and through Bailiwick.
 *
 *   node test/conformance/run.ts [--only CONFIGURATION] [--json] [--write] [--suite DIRECTORY]
 *
 * Exit 0: every scenario did what `expected-failures.yaml` says. 1: one did not, or a
 * program could not be started. 2: the command line is wrong.
 * `--write` renews the measured part of `docs/conformance.md`; `--suite` takes another copy of the suite.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { replaceMarkedSection } from '../support/marked-section.ts';
import { CONFIGURATIONS } from './configurations.ts';
import { ExpectedFailures, compareWithExpected } from './expectations.ts';
import { formatDetails, formatMarkdown, formatRow } from './report.ts';
import type { Row } from './report.ts';
import { findSuite } from './suite.ts';

const EXPECTED = new URL('./expected-failures.yaml', import.meta.url);
const DOCUMENT = new URL('../../docs/conformance.md', import.meta.url);

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'boolean' },
    write: { type: 'boolean' },
    suite: { type: 'string' },
  },
});
process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});

async function main(): Promise<number> {
  const names = Object.keys(CONFIGURATIONS).filter(
    (name) => values.only === undefined || values.only === name,
  );
  if (names.length === 0 || (values.write && values.only !== undefined)) {
    console.error(
      names.length === 0
        ? `--only takes one of: ${Object.keys(CONFIGURATIONS).join(', ')}`
        : '--write needs every configuration: leave --only away',
    );
    return 2;
  }
  const suite = await findSuite(values.suite);
  const expected = ExpectedFailures.parse(parse(await readFile(EXPECTED, 'utf8')));
  const rows: Row[] = [];
  // One after another: what shares two cores would time out in places that say nothing about conformance.
  for (const name of names) {
    // oxlint-disable-next-line no-await-in-loop
    for await (const [revision, run] of CONFIGURATIONS[name]?.run(suite) ?? []) {
      const deviation = compareWithExpected(run.required, expected, name, revision);
      const row: Row = { configuration: name, revision, ...run, ...deviation };
      rows.push(row);
      if (!values.json) console.log([formatRow(row), ...formatDetails(row)].join('\n'));
    }
  }
  const isAsExpected = rows.every(({ unexpected, stale }) => unexpected.length + stale.length === 0);
  if (values.json) console.log(JSON.stringify({ asExpected: isAsExpected, rows }, null, 2));
  if (values.write) await writeDocument(rows, expected, suite);
  return isAsExpected ? 0 : 1;
}

async function writeDocument(rows: readonly Row[], expected: ExpectedFailures, suite: string): Promise<void> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(suite, 'package.json'), 'utf8')));
  const about = Object.fromEntries(
    Object.entries(CONFIGURATIONS).map(([name, entry]) => [name, entry.about]),
  );
  const section = formatMarkdown(rows, expected, about, version);
  await writeFile(DOCUMENT, replaceMarkedSection(await readFile(DOCUMENT, 'utf8'), 'measured', section));
}
