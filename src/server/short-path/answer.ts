import { SERVER_INFO_META_KEY } from '@modelcontextprotocol/server';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { textOfResult } from '../../gateway/result-text.ts';
import type { Caller } from '../../gateway/road.ts';
import { answerToolCall } from '../call-handlers.ts';
import { toListText } from '../list-text.ts';
import { SERVER_INFO } from '../server-info.ts';
import type { CommonRequest } from './common-request.ts';
import type { Reply } from './reply.ts';

/**
 * Makes the call, or reads the list, and answers it.
 *
 * @throws what is told as a JSON-RPC error
 */
export async function answerCommonRequest(
  gateway: Gateway,
  caller: Caller,
  request: CommonRequest,
  reply: Reply,
): Promise<void> {
  const tail = `,"jsonrpc":"2.0","id":${JSON.stringify(request.id)}}`;
  if (request.method === 'tools/list') {
    reply.send(['{"result":', ...toListText(gateway, caller, 'tools', request.cursor), tail]);
    return;
  }
  const { result } = await answerToolCall(gateway, caller, request.name, request.args);
  reply.send([`{"result":${toResultText(result)}${tail}`]);
}

const SERVER_INFO_TEXT = JSON.stringify({ [SERVER_INFO_META_KEY]: SERVER_INFO });

/** A result as the modern wire has it. The text that was recorded is sent, where only members are to be added. */
function toResultText(result: JsonObject): string {
  const { structuredContent, _meta, resultType } = result;
  const isPlain = structuredContent === undefined || isJsonObject(structuredContent);
  const text = isPlain && _meta === undefined && resultType === undefined ? textOfResult(result) : undefined;
  if (text !== undefined && text.length > 2) {
    return `${text.slice(0, -1)},"resultType":"complete","_meta":${SERVER_INFO_TEXT}}`;
  }
  const meta = isJsonObject(_meta) ? _meta : {};
  return JSON.stringify({
    ...withTextOf(result, structuredContent),
    resultType: resultType ?? 'complete',
    _meta: { [SERVER_INFO_META_KEY]: SERVER_INFO, ...meta },
  });
}

/** Structured content that is no object is said as text too (MCP 2026-07-28, server/tools, "Structured content"). */
function withTextOf(result: JsonObject, structuredContent: Json | undefined): JsonObject {
  if (structuredContent === undefined || isJsonObject(structuredContent)) return result;
  const content = Array.isArray(result['content']) ? result['content'] : [];
  if (content.some((block) => isJsonObject(block) && block['type'] === 'text')) return result;
  return { ...result, content: [...content, { type: 'text', text: JSON.stringify(structuredContent) }] };
}
