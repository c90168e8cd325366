/** What a log line says about an error. Other members, which may hold a whole request, are left out. */
export interface ErrorFields {
  readonly name?: string;
  readonly code?: string | number;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorFields;
  /** Of an `AggregateError`. */
  readonly errors?: readonly ErrorFields[];
}

/** Causes, and errors of an aggregate, that are followed. */
const MAX_DEPTH = 5;

/** Anything that was thrown, as data. */
export function toErrorFields(thrown: unknown, depth = 0): ErrorFields {
  if (!(thrown instanceof Error)) return { message: toText(thrown) };
  const code = 'code' in thrown ? thrown.code : undefined;
  const follow = depth < MAX_DEPTH;
  return {
    name: thrown.name,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    message: thrown.message,
    ...(thrown.stack !== undefined && { stack: thrown.stack }),
    ...(follow && thrown.cause !== undefined && { cause: toErrorFields(thrown.cause, depth + 1) }),
    ...(follow &&
      thrown instanceof AggregateError && {
        errors: thrown.errors.slice(0, MAX_DEPTH).map((one) => toErrorFields(one, depth + 1)),
      }),
  };
}

function toText(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return 'something without a text was thrown';
  }
}
