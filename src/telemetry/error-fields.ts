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

/** What a line says of a failure that is expected to happen: in words, without the places in the program. */
export interface Reason {
  readonly code?: string | number;
  readonly reason: string;
  /** The messages of its causes, the nearest first. */
  readonly causes?: readonly string[];
}

/** Anything that was thrown, in words. */
export function toReason(thrown: unknown): Reason {
  const { code, message, cause } = toErrorFields(thrown);
  const causes: string[] = [];
  for (let next = cause; next; next = next.cause) {
    if (next.message !== '' && next.message !== (causes.at(-1) ?? message)) causes.push(next.message);
  }
  return { ...(code !== undefined && { code }), reason: message, ...(causes.length > 0 && { causes }) };
}

function toText(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return 'something without a text was thrown';
  }
}
