import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/client';
import { isJsonObject, type JsonObject } from '../../../catalog/json.ts';
import type { WireIdentity } from './wire.ts';

/**
 * The params of a request as they are sent: in the modern era with the envelope (MCP 2026-07-28, basic, "Request metadata");
 * members that the caller's context brought win. `progressToken` is the id of the request.
 */
export function toRequestParams(
  identity: WireIdentity,
  params: JsonObject,
  progressToken: number | undefined,
): JsonObject {
  const { _meta } = params;
  const meta = isJsonObject(_meta) ? _meta : {};
  const token = progressToken === undefined ? {} : { progressToken };
  if (identity.era === 'legacy') {
    return progressToken === undefined ? params : { ...params, _meta: { ...meta, ...token } };
  }
  return {
    ...params,
    _meta: {
      [PROTOCOL_VERSION_META_KEY]: identity.protocolVersion,
      [CLIENT_INFO_META_KEY]: identity.clientInfo,
      [CLIENT_CAPABILITIES_META_KEY]: {},
      ...meta,
      ...token,
    },
  };
}

/** The headers of a POST. Credentials and configured headers stand first: none of them can change what is the protocol's. */
export function toRequestHeaders(
  identity: WireIdentity,
  request: { readonly method: string; readonly params: JsonObject } | undefined,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) sent[name.toLowerCase()] = value;
  sent['content-type'] = 'application/json';
  sent['accept'] = 'application/json, text/event-stream';
  sent['mcp-protocol-version'] = identity.protocolVersion;
  if (identity.era === 'legacy') {
    if (identity.sessionId !== undefined) sent['mcp-session-id'] = identity.sessionId;
  } else if (request) {
    sent['mcp-method'] = request.method;
    const name = nameOf(request.method, request.params);
    if (name !== undefined) sent['mcp-name'] = toHeaderValue(name);
  }
  return sent;
}

/** Which member `Mcp-Name` repeats (MCP 2026-07-28, basic/transports/streamable-http, "Standard headers"). */
function nameOf(method: string, params: JsonObject): string | undefined {
  const name =
    method === 'tools/call' || method === 'prompts/get'
      ? params['name']
      : method === 'resources/read'
        ? params['uri']
        : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** Printable ASCII without spaces around it goes as it is; anything else, and what looks encoded, as Base64 of its UTF-8. */
export function toHeaderValue(text: string): string {
  const isPlain =
    /^[\x21-\x7E](?:[\t\x20-\x7E]*[\x21-\x7E])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text);
  return isPlain ? text : `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}
