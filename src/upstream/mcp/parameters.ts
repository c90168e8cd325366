import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  LOG_LEVEL_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/client';
import type { JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { BailiwickError } from '../../errors.ts';
import type { CallContext } from '../upstream.ts';
import type { Era } from './connection.ts';
import type { Round } from './rounds.ts';
import { forwardedCapabilities } from './sessions/capabilities.ts';

/**
 * The parameters of a request with what the caller's context adds: `_meta` in both eras; in the modern one the caller's
 * capabilities, name and wanted log level, and the members of a repeated request (MCP 2026-07-28, basic/patterns/mrtr).
 */
export function withContext(
  params: JsonObject,
  context: CallContext,
  era: Era,
  round: Round = {},
): JsonObject {
  const { meta, clientInfo, logLevel } = context;
  const { inputResponses, requestState } = Object.keys(round).length > 0 ? round : context;
  const isModern = era === 'modern';
  const sentMeta: JsonObject = {
    ...withoutEnvelope(meta),
    // Named even where the caller has none: the gateway's own would be a promise that nobody keeps.
    ...(isModern && { [CLIENT_CAPABILITIES_META_KEY]: forwardedCapabilities(context) }),
    ...(isModern && clientInfo && { [CLIENT_INFO_META_KEY]: clientInfo }),
    ...(isModern && logLevel !== undefined && { [LOG_LEVEL_META_KEY]: logLevel }),
  };
  return {
    ...params,
    ...(isModern && inputResponses !== undefined ? { inputResponses } : {}),
    ...(isModern && requestState !== undefined ? { requestState } : {}),
    ...(Object.keys(sentMeta).length > 0 ? { _meta: sentMeta } : {}),
  };
}

/** What each hop says of itself (MCP 2026-07-28, basic, "Request metadata"). Nobody's client says it for the gateway. */
const ENVELOPE = [
  PROTOCOL_VERSION_META_KEY,
  CLIENT_INFO_META_KEY,
  CLIENT_CAPABILITIES_META_KEY,
  LOG_LEVEL_META_KEY,
];

function withoutEnvelope(meta: JsonObject = {}): JsonObject {
  if (!ENVELOPE.some((key) => Object.hasOwn(meta, key))) return meta;
  return Object.fromEntries(Object.entries(meta).filter(([key]) => !ENVELOPE.includes(key)));
}

/** The parameters of `tools/call`. */
export function toCallParams(tool: Tool, args: JsonObject): JsonObject {
  return { name: upstreamNameOf(tool), arguments: args };
}

/** What the SDK has to know of a tool to repeat arguments in headers. */
export interface MirroredTool {
  readonly name: string;
  readonly inputSchema: JsonObject;
}

export function toMirroredTool(tool: Tool): MirroredTool {
  return { name: upstreamNameOf(tool), inputSchema: tool.inputSchema };
}

/** Whether a call has to repeat arguments in `Mcp-Param-*` headers (MCP 2026-07-28, basic/transports/streamable-http). */
export function mirrorsHeaders(tool: Tool): boolean {
  let mirrors = mirroring.get(tool.inputSchema);
  if (mirrors === undefined) {
    mirrors = JSON.stringify(tool.inputSchema).includes('"x-mcp-header"');
    mirroring.set(tool.inputSchema, mirrors);
  }
  return mirrors;
}

/** Answers of {@link mirrorsHeaders}, as long as the schemas live. */
const mirroring = new WeakMap<JsonObject, boolean>();

function upstreamNameOf(tool: Tool): string {
  if (tool.binding.kind !== 'mcp') {
    throw new BailiwickError(
      'INTERNAL',
      `tool ${tool.name} of source ${tool.source} is not bound to an MCP server`,
    );
  }
  return tool.binding.upstreamName;
}
