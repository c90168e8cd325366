import { CLIENT_CAPABILITIES_META_KEY } from '@modelcontextprotocol/client';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { BailiwickError } from '../../errors.ts';
import type { CallContext } from '../upstream.ts';
import type { Era } from './connection.ts';

/** Extensions whose messages are not passed on, so no upstream may be led to send them. */
const UNRELAYED: readonly string[] = ['io.modelcontextprotocol/tasks', 'io.modelcontextprotocol/skills'];

/**
 * The parameters of a request with what the caller's context adds: `_meta` in both eras; its capabilities and the
 * members of a repeated request (MCP 2026-07-28, basic/patterns/mrtr) in the modern one.
 */
export function withContext(params: JsonObject, context: CallContext, era: Era): JsonObject {
  const { meta, inputResponses, requestState, clientCapabilities } = context;
  const isModern = era === 'modern';
  const sentMeta: JsonObject = {
    ...meta,
    // Named even where the caller has none: the gateway's own would be a promise that nobody keeps.
    ...(isModern ? { [CLIENT_CAPABILITIES_META_KEY]: withoutUnrelayed(clientCapabilities ?? {}) } : {}),
  };
  return {
    ...params,
    ...(isModern && inputResponses !== undefined ? { inputResponses } : {}),
    ...(isModern && requestState !== undefined ? { requestState } : {}),
    ...(Object.keys(sentMeta).length > 0 ? { _meta: sentMeta } : {}),
  };
}

function withoutUnrelayed(capabilities: JsonObject): JsonObject {
  const { extensions } = capabilities;
  if (!isJsonObject(extensions) || !UNRELAYED.some((name) => Object.hasOwn(extensions, name)))
    return capabilities;
  const kept = Object.entries(extensions).filter(([name]) => !UNRELAYED.includes(name));
  return { ...capabilities, extensions: Object.fromEntries(kept) };
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
