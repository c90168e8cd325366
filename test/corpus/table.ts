import type { DocumentReport } from './document-report.ts';
import { EXCLUSIONS } from './exclusions.ts';
import type { Family, Summary } from './summary.ts';

/** Differences, violations and the like are shown up to this many. */
const SHOWN = 20;

/** The whole report for people: a row for each family, then what the rows count. */
export function describeCorpus(
  total: Summary,
  families: readonly Family[],
  reports: readonly DocumentReport[],
): string {
  const lines = [
    ...familyTable([...families, { name: 'all', ...total }]),
    '',
    ...section('refused documents', total.refused),
    ...section('skipped operations', total.skipped),
    ...section('lossy operations', total.lossy),
    ...exclusionLines(total),
    ...details(
      'crash',
      reports.flatMap((report) => report.crashes.map((each) => `${report.file}: ${each}`)),
    ),
    ...details(
      'unaccounted operations',
      reports
        .filter(({ unaccounted }) => unaccounted > 0)
        .map(({ file, unaccounted }) => `${file}: ${unaccounted}`),
    ),
    ...details(
      'violation',
      reports.flatMap(({ violations }) => violations),
    ),
    ...details(
      'called with arguments that the schema refuses',
      reports.flatMap(({ file, requests }) => requests.invalidArguments.map((each) => `${file} ${each}`)),
    ),
    ...differenceLines(reports),
    headline(total),
  ];
  return `${lines.join('\n')}\n`;
}

function headline(total: Summary): string {
  const { slowest, largest } = total;
  return [
    `${total.operations} operations of ${total.documents} documents: ${percent(total.compiledRatio)} compiled`,
    `requests equal ${percent(total.requestEquality)} outside ${percent(total.excludedRatio)} excluded`,
    `tools of ${total.p95ToolTokens} tokens at p95, ${largest.tokens} at most (${largest.tool} of ${largest.file})`,
    `slowest ${slowest.file} (${slowest.compileMs} ms CPU)`,
    `${total.crashes} crashes, ${total.unaccounted} unaccounted, ${total.violations} violations`,
  ].join('\n');
}

function familyTable(rows: readonly Family[]): string[] {
  const head = ['family', 'docs', 'refused', 'ops', 'compiled', 'skipped', 'lossy', 'crashes', 'violations'];
  head.push('p95', 'max tokens', 'slowest ms', 'equal', 'excluded', 'different');
  const cells = rows.map((row) => [
    row.name,
    ...[row.documents, count(row.refused), row.operations, row.compiled, count(row.skipped)].map(String),
    ...[count(row.lossy), row.crashes, row.violations, row.p95ToolTokens, row.maxToolTokens].map(String),
    String(row.slowest.compileMs),
    percent(row.requestEquality),
    percent(row.excludedRatio),
    String(row.different),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const render = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return [render(head), ...cells.map(render)];
}

function section(title: string, table: Readonly<Record<string, number>>): string[] {
  const rows = Object.entries(table);
  return rows.length === 0
    ? []
    : [`${title}:`, ...rows.map(([key, value]) => `${String(value).padStart(7)}  ${key}`), ''];
}

function exclusionLines({ excludedBy }: Summary): string[] {
  const rows = EXCLUSIONS.map(({ id, what, rightBy }) => {
    const hits = excludedBy[id] ?? 0;
    return `${String(hits).padStart(7)}  ${id}: ${what} — ${rightBy}`;
  });
  return rows.length === 0 ? [] : ['exclusion table:', ...rows, ''];
}

function differenceLines(reports: readonly DocumentReport[]): string[] {
  const all = reports.flatMap(({ file, requests }) =>
    requests.differences.map(
      ({ operation, members, ours, theirs }) =>
        `${file} ${operation}: ${members.join(', ')}\n      ours:   ${cut(ours)}\n      theirs: ${cut(theirs)}`,
    ),
  );
  return details('difference that no class explains', all);
}

function details(title: string, rows: readonly string[]): string[] {
  if (rows.length === 0) return [];
  const more = rows.length > SHOWN ? [`    and ${rows.length - SHOWN} more`] : [];
  return [`${title} (${rows.length}):`, ...rows.slice(0, SHOWN).map((row) => `    ${row}`), ...more, ''];
}

function cut(text: string): string {
  return text.length <= 600 ? text : `${text.slice(0, 600)} …`;
}

function count(table: Readonly<Record<string, number>>): number {
  return Object.values(table).reduce((total, value) => total + value, 0);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
