import {
  classifyInboundRequest,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  LOG_LEVEL_META_KEY,
  PROTOCOL_VERSION_META_KEY,
  type ClientCapabilities,
  type Implementation,
} from '@modelcontextprotocol/server';
import type { IncomingHttpHeaders } from 'node:http';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';

export const MODERN = '2026-07-28';

/** A request that has nothing uncommon, checked as the SDK would have checked it. */
export type CommonRequest = {
  readonly id: string | number;
  /** `_meta` without the members of the envelope. */
  readonly meta: JsonObject;
  readonly clientInfo: Implementation | undefined;
  readonly capabilities: ClientCapabilities;
  readonly logLevel: string | undefined;
} & (
  | { readonly method: 'tools/call'; readonly name: string; readonly args: JsonObject }
  | { readonly method: 'tools/list'; readonly cursor: string | undefined }
);

/** What is read from the wire; undefined: uncommon, or wrong, so that the SDK has to say what becomes of it. */
export type ReadCommonRequest = (text: string, headers: IncomingHttpHeaders) => CommonRequest | undefined;

const MESSAGE_MEMBERS = new Set(['jsonrpc', 'id', 'method', 'params']);
const PARAMS_MEMBERS = {
  'tools/call': new Set(['name', 'arguments', '_meta']),
  'tools/list': new Set(['cursor', '_meta']),
} as const;

/** A client says the same of itself in every request. */
const MAX_ENVELOPES = 1_000;
const MAX_ENVELOPE_LENGTH = 4_096;

/**
 * `__proto__`, or one of its characters escaped, which nobody does but to hide it: JSON.parse makes a member of it, and most code
 * that copies objects does not.
 */
const MAY_NAME_PROTO = /__proto__|\\u00(?:5[Ff]|6[Ff]|7[024])/;

/**
 * Reads requests of MCP 2026-07-28 that are plainly right. What a client says of itself is checked by the SDK where it is said for
 * the first time, and remembered: it is the part that takes long to check and never changes.
 */
export function createCommonRequestReader(): ReadCommonRequest {
  const checked = new Set<string>();

  const isChecked = (
    envelope: readonly unknown[],
    body: JsonObject,
    headers: IncomingHttpHeaders,
  ): boolean => {
    const key = JSON.stringify(envelope);
    if (checked.has(key)) return true;
    if (key.length > MAX_ENVELOPE_LENGTH || !isRightForTheSdk(body, headers)) return false;
    const [oldest] = checked;
    if (checked.size >= MAX_ENVELOPES && oldest !== undefined) checked.delete(oldest);
    checked.add(key);
    return true;
  };

  return function readCommonRequest(text, headers) {
    if (MAY_NAME_PROTO.test(text)) return undefined;
    const body = parse(text);
    if (!isJsonObject(body) || body['jsonrpc'] !== '2.0' || !hasOnly(body, MESSAGE_MEMBERS)) return undefined;
    const { id, method, params } = body;
    if (!isId(id) || method !== headers['mcp-method'] || !isJsonObject(params)) return undefined;
    const { _meta } = params;
    if (!isJsonObject(_meta) || _meta[PROTOCOL_VERSION_META_KEY] !== MODERN) return undefined;
    const {
      [PROTOCOL_VERSION_META_KEY]: _version,
      [CLIENT_INFO_META_KEY]: clientInfo,
      [CLIENT_CAPABILITIES_META_KEY]: capabilities,
      [LOG_LEVEL_META_KEY]: logLevel,
      ...meta
    } = _meta;
    const { progressToken } = meta;
    if (progressToken !== undefined && !isId(progressToken)) return undefined;
    if (Object.keys(meta).some((key) => key.startsWith('io.modelcontextprotocol/'))) return undefined;
    // In the key below null and what is absent look alike.
    if (clientInfo === null || logLevel === null) return undefined;
    if (!isChecked([clientInfo, capabilities, logLevel], body, headers)) return undefined;
    const shared = {
      id,
      meta,
      clientInfo: clientInfo as Implementation | undefined,
      capabilities: capabilities as ClientCapabilities,
      logLevel: logLevel as string | undefined,
    };
    if (method === 'tools/call' && hasOnly(params, PARAMS_MEMBERS[method])) {
      const { name, arguments: args = {} } = params;
      return typeof name === 'string' && name === headers['mcp-name'] && isJsonObject(args)
        ? { ...shared, method, name, args }
        : undefined;
    }
    if (method === 'tools/list' && hasOnly(params, PARAMS_MEMBERS[method])) {
      const { cursor } = params;
      return cursor === undefined || typeof cursor === 'string' ? { ...shared, method, cursor } : undefined;
    }
    return undefined;
  };
}

function isRightForTheSdk(body: JsonObject, headers: IncomingHttpHeaders): boolean {
  const route = classifyInboundRequest({
    httpMethod: 'POST',
    protocolVersionHeader: MODERN,
    mcpMethodHeader: String(headers['mcp-method']),
    body,
  });
  return route.kind === 'modern' && route.messageKind === 'request';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isId(value: unknown): value is string | number {
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));
}

function hasOnly(value: JsonObject, known: ReadonlySet<string>): boolean {
  for (const name of Object.keys(value)) if (!known.has(name)) return false;
  return true;
}
