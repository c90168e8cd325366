import type { z } from 'zod';
import { type Fault, invalidRequest } from './problem.ts';

/** What a handler gets: the request, taken apart and decoded, not yet validated. */
export interface DeskRequest {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The parsed JSON body; `undefined` for operations without one. */
  readonly body: unknown;
}

/** Deeper JSON than any operation needs is refused before anything walks it recursively. */
const MAX_DEPTH = 32;

/** How a query parameter is read: one value, or every value of a repeated parameter. */
export interface QueryParameter<T> {
  readonly schema: z.ZodType<T>;
  readonly from: 'text' | 'number' | 'list';
}

type QueryValues<P extends Record<string, QueryParameter<unknown>>> = {
  [K in keyof P]: P[K] extends QueryParameter<infer T> ? T : never;
};

/** Reads the query by its table of parameters; unknown, repeated and malformed ones are all named in one `400`. */
export function readQuery<P extends Record<string, QueryParameter<unknown>>>(
  query: URLSearchParams,
  parameters: P,
): QueryValues<P> {
  const faults: Fault[] = [];
  for (const name of new Set(query.keys())) {
    if (Object.hasOwn(parameters, name)) continue;
    const known = Object.keys(parameters).join(', ');
    faults.push({
      in: 'query',
      at: name,
      detail: known === '' ? 'no parameters here' : `unknown; known are ${known}`,
    });
  }
  const values: Record<string, unknown> = {};
  for (const [name, { schema, from }] of Object.entries(parameters)) {
    const sent = query.getAll(name);
    if (from !== 'list' && sent.length > 1) {
      faults.push({ in: 'query', at: name, detail: 'must be sent once' });
      continue;
    }
    const result = schema.safeParse(queryValue(sent, from));
    if (result.success) values[name] = result.data;
    else
      faults.push(
        ...result.error.issues.map((issue) => ({ in: 'query' as const, at: name, detail: issue.message })),
      );
  }
  if (faults.length > 0) throw invalidRequest(faults);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value came out of its parameter's own schema
  return values as QueryValues<P>;
}

function queryValue(sent: readonly string[], from: QueryParameter<unknown>['from']): unknown {
  if (sent.length === 0) return undefined;
  if (from === 'list') return sent;
  // `Number('')` is 0; only plain digits are a number here.
  if (from === 'number') return /^-?[0-9]{1,15}$/.test(sent[0]!) ? Number(sent[0]) : sent[0];
  return sent[0];
}

/** The body by its schema, or a `400` that names each JSON pointer that is wrong. */
export function readBody<T>(body: unknown, schema: z.ZodType<T>): T {
  if (isDeeperThan(body, MAX_DEPTH)) {
    throw invalidRequest([{ in: 'body', at: '', detail: `nested deeper than ${MAX_DEPTH} levels` }]);
  }
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw invalidRequest(
    result.error.issues.map((issue) => ({ in: 'body', at: pointer(issue.path), detail: issue.message })),
  );
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Walks level by level, so that hostile depth cannot overflow the stack. */
function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}
