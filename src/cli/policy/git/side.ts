import type { TextFile } from '../../../config/text-file.ts';

/** One of two sets of policies that are compared. */
export interface Side {
  /** As people name it: a revision, a folder, or `the work tree`. */
  readonly name: string;
  /** Files as problems name them. */
  readonly policies: readonly TextFile[];
  /** The test files beside them. */
  readonly tests: readonly TextFile[];
  /** What people have to know of it, as sentences without an end. */
  readonly notes: readonly string[];
  /** The configuration of this side as it is written; absent where it has none of its own, or that cannot be read. */
  readonly configuration?: unknown;
}

/** True for the name of a file with tests of policies. */
export function isTestFileName(name: string): boolean {
  return /\.test\.ya?ml$/.test(name) && !name.startsWith('.');
}
