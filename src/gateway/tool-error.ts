import type { JsonObject, JsonSchema } from '../catalog/json.ts';
import { ERRORS, type BailiwickError } from '../errors.ts';
import { validatorOf } from './schema-validator.ts';

/** Where a refusal is told when a tool's own output schema leaves no room for it. */
export const ERROR_META_KEY = 'io.bailiwick/error';

/** True for a fault that is told as a tool's answer (`isError: true`), so that the model can read and mend it. */
export function isToolError(error: BailiwickError): boolean {
  return !('rpc' in ERRORS[error.code]);
}

/**
 * A refusal, or an upstream's fault, as a `CallToolResult` with `structuredContent.error = { code, message, … }`.
 *
 * Clients check structured content against the tool's output schema even in errors, so where that schema does not admit
 * an `error` member the same object is in `_meta["io.bailiwick/error"]` instead.
 */
export function toToolError(error: BailiwickError, outputSchema: JsonSchema | undefined): JsonObject {
  const body = { code: error.code, message: error.message, ...error.data } as JsonObject;
  const answer: JsonObject = {
    content: [{ type: 'text', text: `${error.code}: ${error.message}` }],
    isError: true,
  };
  return admitsError(outputSchema, body)
    ? { ...answer, structuredContent: { error: body } }
    : { ...answer, _meta: { [ERROR_META_KEY]: body } };
}

function admitsError(schema: JsonSchema | undefined, body: JsonObject): boolean {
  if (!schema) return true;
  try {
    return validatorOf(schema)({ error: body });
  } catch {
    return false;
  }
}
