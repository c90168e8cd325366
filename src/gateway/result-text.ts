import type { JsonObject } from '../catalog/json.ts';

const texts = new WeakMap<JsonObject, string>();

/** Keeps the text of a result that was recorded. It is not changed from then on. */
export function rememberResultText(result: JsonObject, text: string): void {
  texts.set(result, text);
}

/** The JSON of a recorded result, so that a face need not write it a second time. */
export function textOfResult(result: JsonObject): string | undefined {
  return texts.get(result);
}
