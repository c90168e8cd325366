import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';

/** What was read of a resource as the answer of a tool: its contents as embedded resources. A question to the caller stays one. */
export function resourceResult(read: JsonObject): JsonObject {
  if (isQuestion(read)) return read;
  const contents = listOf(read['contents']);
  return { content: contents.map((resource) => ({ type: 'resource', resource })), ...metaOf(read) };
}

/** The messages of a prompt as the answer of a tool: who speaks is said in front of each. */
export function promptResult(got: JsonObject): JsonObject {
  if (isQuestion(got)) return got;
  const { description } = got;
  return {
    content: [
      ...(typeof description === 'string' && description !== '' ? [{ type: 'text', text: description }] : []),
      ...listOf(got['messages']).flatMap(toBlocks),
    ],
    ...metaOf(got),
  };
}

function toBlocks({ role, content }: JsonObject): JsonObject[] {
  const speaker = typeof role === 'string' ? role : 'user';
  const blocks = Array.isArray(content) ? listOf(content) : listOf([content ?? null]);
  return blocks.flatMap((block) =>
    block['type'] === 'text' && typeof block['text'] === 'string'
      ? [{ ...block, text: `${speaker}: ${block['text']}` }]
      : [{ type: 'text', text: `${speaker}:` }, block],
  );
}

/** MCP 2026-07-28, basic/patterns/mrtr: the upstream asks before it answers. */
function isQuestion(result: JsonObject): boolean {
  return result['resultType'] === 'input_required';
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function metaOf({ _meta: meta }: JsonObject): JsonObject {
  return meta === undefined ? {} : { _meta: meta };
}
