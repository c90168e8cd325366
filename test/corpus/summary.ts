import type { DocumentReport } from './document-report.ts';
import { familyOf } from './manifest.ts';

/** What several documents came to together: the members of `npm run corpus -- DIR --json`. */
export interface Summary {
  readonly documents: number;
  /** Documents that are no OpenAPI document, by what is wrong with them. */
  readonly refused: Readonly<Record<string, number>>;
  readonly operations: number;
  readonly compiled: number;
  /** Compiled, of the operations whose references resolve inside the document's folder. */
  readonly compiledRatio: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly lossy: Readonly<Record<string, number>>;
  readonly crashes: number;
  readonly unaccounted: number;
  readonly violations: number;
  readonly maxToolTokens: number;
  readonly p95ToolTokens: number;
  /** Equal requests, of those outside the exclusion table. */
  readonly requestEquality: number;
  /** Operations by class of the exclusion table; one may be in several. */
  readonly excludedBy: Readonly<Record<string, number>>;
  /** Operations in any class, of all compared. */
  readonly excludedRatio: number;
  readonly different: number;
  /** Operations called with arguments that their schema refuses, because none were found that it allows. */
  readonly invalidArguments: number;
  readonly slowest: { readonly file: string; readonly compileMs: number };
  readonly largest: { readonly file: string; readonly tool: string; readonly tokens: number };
}

export interface Family extends Summary {
  readonly name: string;
}

/** One summary for each family, in the order of their names. */
export function summarizeFamilies(reports: readonly DocumentReport[]): Family[] {
  return [...Map.groupBy(reports, ({ file }) => familyOf(file))]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, members]) => ({ name, ...summarize(members) }));
}

export function summarize(reports: readonly DocumentReport[]): Summary {
  const sum = (of: (report: DocumentReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const operations = sum((report) => report.operations);
  const compiled = sum((report) => report.compiled);
  const excluded = sum(({ requests }) => requests.excluded);
  const compared = sum(({ requests }) => requests.compared);
  const tokens = reports.flatMap((report) => report.tokens).toSorted((a, b) => a - b);
  const slowest = maximum(reports, (report) => report.compileMs);
  const largest = maximum(reports, (report) => report.largestTool.tokens);
  return {
    documents: reports.length,
    refused: addUp(
      reports.map(({ refused }) => (refused === undefined ? {} : { [refused.slice(0, 60)]: 1 })),
    ),
    operations,
    compiled,
    compiledRatio: ratio(compiled, operations - sum((report) => report.absent)),
    skipped: addUp(reports.map((report) => report.skipped)),
    lossy: addUp(reports.map((report) => report.lossy)),
    crashes: sum((report) => report.crashes.length),
    unaccounted: sum((report) => report.unaccounted),
    violations: sum((report) => report.violations.length),
    maxToolTokens: tokens.at(-1) ?? 0,
    p95ToolTokens: tokens[Math.max(0, Math.ceil(tokens.length * 0.95) - 1)] ?? 0,
    requestEquality: ratio(
      sum(({ requests }) => requests.equal),
      compared - excluded,
    ),
    excludedBy: addUp(reports.map(({ requests }) => requests.excludedBy)),
    excludedRatio: compared === 0 ? 0 : excluded / compared,
    different: sum(({ requests }) => requests.differences.length),
    invalidArguments: sum(({ requests }) => requests.invalidArguments.length),
    slowest: { file: slowest?.file ?? '', compileMs: Math.round(slowest?.compileMs ?? 0) },
    largest: { file: largest?.file ?? '', tool: largest?.largestTool.name ?? '', tokens: tokens.at(-1) ?? 0 },
  };
}

function maximum(
  reports: readonly DocumentReport[],
  of: (report: DocumentReport) => number,
): DocumentReport | undefined {
  return reports.reduce<DocumentReport | undefined>(
    (best, report) => (best === undefined || of(report) > of(best) ? report : best),
    undefined,
  );
}

/** Of nothing, everything is as it should be. */
function ratio(part: number, whole: number): number {
  return whole <= 0 ? 1 : part / whole;
}

function addUp(tables: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const table of tables) {
    for (const [key, count] of Object.entries(table)) sums[key] = (sums[key] ?? 0) + count;
  }
  return Object.fromEntries(Object.entries(sums).toSorted(([, a], [, b]) => b - a));
}
