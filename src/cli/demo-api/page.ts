import { z } from 'zod';
import type { QueryParameter } from './input.ts';
import { invalidRequest } from './problem.ts';
import { text } from './schemas.ts';

/** The two parameters every list has, for the table of `readQuery`. */
export const limitParameter: { limit: QueryParameter<number> } = {
  limit: {
    schema: z
      .int('must be a whole number from 1 to 100')
      .min(1, 'must be at least 1')
      .max(100, 'must be at most 100')
      .default(20),
    from: 'number',
  },
};
export const cursorParameter: { cursor: QueryParameter<string | undefined> } = {
  cursor: { schema: text(1, 200).optional(), from: 'text' },
};

/** One page of a list; `nextCursor` is `null` on the last one. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/**
 * The page after `cursor`. A cursor holds the sort key of the last item that was shown, so that items that come or go
 * between two pages neither repeat nor skip others.
 *
 * @param key what the items are sorted by, as text; unique among them
 */
export function pageOf<T>(
  items: readonly T[],
  options: { limit: number; cursor: string | undefined; key: (item: T) => string; descending?: boolean },
): Page<T> {
  const { limit, cursor, key, descending = false } = options;
  const last = cursor === undefined ? undefined : decodeCursor(cursor);
  const ordered = items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1) * (descending ? -1 : 1));
  const isAfter = (item: T) => last === undefined || (descending ? key(item) < last : key(item) > last);
  const remaining = ordered.filter(isAfter);
  const page = remaining.slice(0, limit);
  const end = page.at(-1);
  return {
    items: page,
    nextCursor: end !== undefined && remaining.length > limit ? encodeCursor(key(end)) : null,
  };
}

function encodeCursor(key: string): string {
  return Buffer.from(`after:${key}`).toString('base64url');
}

function decodeCursor(cursor: string): string {
  const decoded = Buffer.from(cursor, 'base64url').toString('utf8');
  if (decoded.startsWith('after:')) return decoded.slice('after:'.length);
  throw invalidRequest([
    { in: 'query', at: 'cursor', detail: 'not a cursor of this API; send the nextCursor of the page before' },
  ]);
}
