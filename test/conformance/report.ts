import type { Deviation, ExpectedFailures } from './expectations.ts';
import type { Revision, ScenarioResult, SuiteRun } from './suite.ts';

/** One configuration under one revision. */
export interface Row extends SuiteRun, Deviation {
  readonly configuration: string;
  readonly revision: Revision;
}

/** `direct  2025-11-25  30/30`, with the warnings beside it when there are any. */
export function formatRow(row: Row): string {
  const warnings = warningsOf(row.required);
  const beside = warnings === 0 ? '' : `  (${warnings} warning${warnings === 1 ? '' : 's'})`;
  return `${row.configuration}  ${row.revision}  ${score(row.required)}${beside}`;
}

/** The failing scenarios of a row, and how they differ from what was expected, one line each. */
export function formatDetails(row: Row): string[] {
  const lines: string[] = [];
  for (const { scenario, failures } of row.required.filter(({ passes }) => !passes)) {
    const known = row.unexpected.includes(scenario) ? 'UNEXPECTED' : 'expected';
    lines.push(`  ✗ ${scenario} (${known})`, ...failures.map((failure) => `      ${failure}`));
  }
  for (const scenario of row.stale)
    lines.push(`  ! ${scenario} is listed as failing and does not fail (STALE)`);
  return lines;
}

/** The measured part of `docs/conformance.md`. */
export function formatMarkdown(
  rows: readonly Row[],
  expected: ExpectedFailures,
  about: Record<string, string>,
  suiteVersion: string,
): string {
  const table = rows.map(
    (row) =>
      `| \`${row.configuration}\` | ${row.revision} | ${score(row.required)} | ${warningsOf(row.required)} | ${score(row.notScored)} |`,
  );
  const excuses = rows.flatMap(({ configuration, revision }) =>
    Object.entries(expected[configuration]?.[revision] ?? {}).map(
      ([scenario, reason]) => `| \`${configuration}\` | ${revision} | \`${scenario}\` | ${reason} |`,
    ),
  );
  return [
    `Suite: \`@modelcontextprotocol/conformance\` ${suiteVersion}.`,
    '',
    '| configuration | revision | required scenarios that pass | warnings | not scored, pass |',
    '|---|---|---|---|---|',
    ...table,
    '',
    ...Object.entries(about).map(([name, text]) => `- \`${name}\`: ${text}.`),
    '',
    '### Expected failures',
    '',
    ...(excuses.length === 0
      ? ['None.']
      : ['| configuration | revision | scenario | why |', '|---|---|---|---|', ...excuses]),
  ].join('\n');
}

function score(results: readonly ScenarioResult[]): string {
  return `${results.filter(({ passes }) => passes).length}/${results.length}`;
}

function warningsOf(results: readonly ScenarioResult[]): number {
  return results.reduce((sum, { warnings }) => sum + warnings, 0);
}
