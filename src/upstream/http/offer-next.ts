import type { JsonObject } from '../../catalog/json.ts';
import type { NextCall } from './next-call.ts';

/** Where a result holds the call that gets the next page: `{ arguments }`. */
const NEXT_META_KEY = 'io.bailiwick/next';

/** Longer arguments, in characters of JSON, are named in the text only as far as they change. */
const MAX_ARGUMENTS = 1000;

/** The result with its next page as a ready-made call: for programs in `_meta`, for models as the last block of text. */
export function withNext(result: JsonObject, next: NextCall | undefined): JsonObject {
  if (next === undefined || result['isError'] === true || !Array.isArray(result['content'])) return result;
  const whole = JSON.stringify(next.arguments);
  const words =
    whole.length <= MAX_ARGUMENTS ? whole : `the same arguments and ${JSON.stringify(next.changes)}`;
  return {
    ...result,
    content: [...result['content'], { type: 'text', text: `More: call again with ${words}` }],
    _meta: { [NEXT_META_KEY]: { arguments: next.arguments } },
  };
}
