import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';

/** What a tool returned, as an MCP `CallToolResult`. */
export function toCallToolResult(value: unknown, hasOutput: boolean): JsonObject {
  if (value === undefined || value === null) return { content: [] };
  if (typeof value === 'string' && !hasOutput) return { content: [{ type: 'text', text: value }] };
  // A result has a form in JSON or none: what JSON cannot say (`undefined`, functions) goes, or throws here (`bigint`, circles).
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return { content: [] };
  const plain = JSON.parse(text) as Json;
  if (!hasOutput && isJsonObject(plain) && Array.isArray(plain['content'])) return plain;
  const content = [{ type: 'text', text: typeof plain === 'string' ? plain : text }];
  return hasOutput || isJsonObject(plain) ? { content, structuredContent: plain } : { content };
}

/** What a tool threw: its message, for the model to see; the stack stays in the log. */
export function toErrorResult(error: unknown): JsonObject {
  const text = textOf(error);
  return { content: [{ type: 'text', text: text === '' ? 'the tool failed' : text }], isError: true };
}

/** What a thrown value says. Anything can be thrown, also what cannot be made a text. */
export function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'it threw something that is no error';
  }
}
