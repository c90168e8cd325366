import type { CallToolResult, JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { isJsonObject, type JsonObject } from '../catalog/json.ts';

const HELD = 'bailiwick/held';

/** A result on its way through the SDK. No JSON can look like it. */
class Held {
  readonly result: JsonObject;

  constructor(result: JsonObject) {
    this.result = result;
  }
}

/**
 * What the SDK is given for the result of a tool: it refuses content blocks that it does not know, and cuts those that it knows to
 * the members that it knows.
 *
 * @param result as it is to be written, but for what every result of the era has
 */
export function toStandIn(result: JsonObject): CallToolResult {
  return { content: [], _meta: { [HELD]: new Held(result) } };
}

/** Makes a transport write results in place of their stand-ins, with what the SDK has added to these. */
export function withRealResults(transport: Transport): void {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => send(toReal(message), options);
}

function toReal(message: JSONRPCMessage): JSONRPCMessage {
  if (!('result' in message)) return message;
  const { content: _content, _meta: standInMeta = {}, ...added } = message.result;
  const { [HELD]: held, ...addedMeta } = standInMeta;
  if (!(held instanceof Held)) return message;
  const { _meta, ...result } = held.result;
  const meta = { ...addedMeta, ...(isJsonObject(_meta) && _meta) };
  return {
    ...message,
    result: { ...added, ...result, ...(Object.keys(meta).length > 0 && { _meta: meta }) },
  };
}
