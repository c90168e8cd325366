import type { HttpBinding } from '../../catalog/binding.ts';
import type { JsonObject } from '../../catalog/json.ts';

/** What a call sends: the caller's arguments, defaults where they are absent, and what configuration pinned over all. */
export function completeArguments({ pinned, defaults }: HttpBinding, args: JsonObject): JsonObject {
  return { ...defaults, ...args, ...pinned };
}
