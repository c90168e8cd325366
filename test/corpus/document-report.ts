/** What one document of the corpus came to. Plain data: it travels between threads. */
export interface DocumentReport {
  readonly file: string;
  /** Why the document was refused as a whole; its operations then count as none. */
  readonly refused?: string;
  readonly operations: number;
  readonly compiled: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly lossy: Readonly<Record<string, number>>;
  /** Of the skipped operations, those whose references lead out of the document's folder, or to a file that is not in it. */
  readonly absent: number;
  /** Sentences, one each. */
  readonly crashes: readonly string[];
  readonly unaccounted: number;
  readonly violations: readonly string[];
  /** Tokens of every presented tool. */
  readonly tokens: readonly number[];
  readonly largestTool: { readonly name: string; readonly tokens: number };
  /** CPU time of compiling the document with all its schemas. */
  readonly compileMs: number;
  readonly requests: RequestCounts;
}

/** How the requests of one document's tools compare with the oracle's. */
export interface RequestCounts {
  readonly compared: number;
  readonly equal: number;
  /** Operations that differ for a reason of the exclusion table, by class; one that several classes explain counts in each. */
  readonly excludedBy: Readonly<Record<string, number>>;
  readonly excluded: number;
  /** Operations for which no arguments were found that their schema allows; compared all the same. */
  readonly invalidArguments: readonly string[];
  readonly differences: readonly Difference[];
}

/** An operation on which the two sides differ, and no class says why. */
export interface Difference {
  readonly operation: string;
  readonly members: readonly string[];
  readonly ours: string;
  readonly theirs: string;
}

/** The report of a document that could not be measured. */
export function emptyReport(file: string, rest: Partial<DocumentReport> = {}): DocumentReport {
  return {
    file,
    operations: 0,
    compiled: 0,
    skipped: {},
    lossy: {},
    absent: 0,
    crashes: [],
    unaccounted: 0,
    violations: [],
    tokens: [],
    largestTool: { name: '', tokens: 0 },
    compileMs: 0,
    requests: { compared: 0, equal: 0, excludedBy: {}, excluded: 0, invalidArguments: [], differences: [] },
    ...rest,
  };
}
