import { isJsonObject, type JsonObject } from '../../../catalog/json.ts';
import { keepText, scrubJson, type Scrub } from '../../scrub.ts';

/** The answer's body is JSON, but no JSON-RPC message. */
export class NotJsonRpcError extends Error {
  override name = 'NotJsonRpcError';
}

/**
 * The JSON-RPC messages in a text: one, or several in the batches of old servers (MCP 2025-03-26). Secrets are masked, wherever
 * they are but in the members that belong to JSON-RPC.
 *
 * @throws SyntaxError, NotJsonRpcError
 */
export function parseMessages(text: string, scrub: Scrub): JsonObject[] {
  const value: unknown = JSON.parse(text);
  const messages: unknown[] = Array.isArray(value) ? value : [value];
  // Where nothing is escaped, what the parsed texts hold stands in the text too.
  const isClean = scrub === keepText || (!text.includes('\\') && scrub(text) === text);
  return messages.map((message) => {
    if (!isJsonObject(message) || message['jsonrpc'] !== '2.0') {
      throw new NotJsonRpcError('the text is JSON, but not JSON-RPC 2.0');
    }
    return isClean ? message : scrubMembers(message, scrub);
  });
}

function scrubMembers(message: JsonObject, scrub: Scrub): JsonObject {
  const clean: JsonObject = { ...message };
  for (const member of ['params', 'result', 'error']) {
    const value = clean[member];
    if (value !== undefined) clean[member] = scrubJson(value, scrub);
  }
  return clean;
}
