import type { Loss, Skip } from '../../catalog/entries.ts';

/** Why a declared operation did not become a tool: the closed vocabulary of `skipped`, with what each reason means. */
export const SKIP_REASONS = {
  hidden: 'A rule, or `x-bailiwick` of the operation, says that it is no tool.',
  'malformed-operation': 'The operation, or the path item around it, is not an object of the expected form.',
  'malformed-parameter': 'A required parameter is not an object, or lacks a usable `name` or `in`.',
  'malformed-body': 'The request body is not an object, or declares no media type.',
  'unsupported-body': 'The request body is required, and none of its media types can be sent.',
  'unresolved-reference': 'A `$ref` points at nothing, or at something of another kind.',
  'external-reference': 'A `$ref` leads to another document that does not exist or may not be read.',
  'anchor-reference': 'A `$ref` names an anchor (`#name`) that no schema has.',
  'cyclic-reference': 'A chain of `$ref` leads back to itself without reaching a definition.',
  'nested-too-deeply': 'Schemas or values are nested more deeply than any client could read.',
} as const satisfies Record<string, string>;

export type SkipReason = keyof typeof SKIP_REASONS;

/** What a compiled operation lost: the closed vocabulary of `lossy`, with what each reason means. */
export const LOSS_REASONS = {
  'name-taken': 'The name given to the operation is given to another one too; it keeps the name of its own.',
  'unknown-media-type': 'The media type that was chosen for the request body is not one that can be sent.',
  'unusable-extension': 'A key of `x-bailiwick` has a value that cannot be used; it is left out.',
  'unusable-value':
    'A pinned value or a default names no argument and is left out, or its schema does not allow it: then a default is left out, and a pinned value is sent as it is.',
  'body-dropped': 'An optional request body cannot be sent and is left out.',
  'empty-body': 'An optional request body describes nothing that could be sent, and is left out.',
  'cyclic-composition':
    'A schema is composed (`allOf`, `anyOf`, `oneOf`, `not`, `if`) of itself; the repetition is left out.',
  'foreign-server':
    'The operation names a server on another host than the document does; it is called only where configuration names it.',
  'parameter-dropped': 'An optional parameter cannot be read and is left out.',
  'style-ignored': 'A parameter declares a style that its location does not have; the default style is used.',
  'undeclared-path-parameter':
    'The path has a variable that no parameter describes; it is taken as a string.',
  'unused-path-parameter': 'A path parameter is described that the path does not contain; it is left out.',
  'unusable-response': 'A successful response cannot be read; its media types are unknown.',
  'unusable-security': 'A security requirement is not of the expected form; it is left out.',
} as const satisfies Record<string, string>;

export type LossReason = keyof typeof LOSS_REASONS;

/**
 * Ends the compilation of one operation. Never leaves `compileOpenApi`, which turns it into a row of `skipped`: a throw
 * because whatever depth finds the problem, the operation around it is over.
 */
export class SkipOperation extends Error {
  readonly reason: SkipReason;

  constructor(reason: SkipReason, detail: string) {
    super(detail);
    this.name = 'SkipOperation';
    this.reason = reason;
  }
}

/** The row for an operation that ended in `error`, or the error again if it is a fault of ours. */
export function toSkip(operation: string, error: unknown): Skip {
  if (error instanceof SkipOperation) return { operation, reason: error.reason, detail: error.message };
  if (error instanceof RangeError) {
    const reason: SkipReason = 'nested-too-deeply';
    return { operation, reason, detail: 'the operation is nested too deeply to be walked' };
  }
  throw error;
}

/** Takes note of one loss of the operation that is being compiled. */
export type ReportLoss = (reason: LossReason, detail: string) => void;

/** Rows in an order that depends on their texts alone, each once. */
export function sortRows<Row extends Skip | Loss>(rows: readonly Row[]): Row[] {
  const byText = new Map(rows.map((row) => [`${row.operation}\n${row.reason}\n${row.detail}`, row]));
  return [...byText].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, row]) => row);
}
