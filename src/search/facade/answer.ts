import type { JsonObject } from '../../catalog/json.ts';
import type { ErrorCode } from '../../errors.ts';

/** A `CallToolResult` that says something. Text alone: a copy in structured content would be paid for twice. */
export function say(text: string): JsonObject {
  return { content: [{ type: 'text', text }] };
}

/** What the caller got wrong, as the gateway tells what goes wrong about a tool: once for models, once for programs. */
export function sayError(code: ErrorCode, message: string, data: JsonObject = {}): JsonObject {
  return {
    content: [{ type: 'text', text: `${code}: ${message}` }],
    isError: true,
    structuredContent: { error: { code, message, ...data } },
  };
}

/** Arguments of a built-in tool that it cannot use: what it expects, and how that looks. */
export function sayWrong(pointer: string, expected: string, example: JsonObject): JsonObject {
  return sayError(
    'INVALID_ARGUMENTS',
    `invalid arguments: ${pointer === '' ? '' : `${pointer} `}${expected}, for example ${JSON.stringify(example)}`,
    { pointer, example },
  );
}
