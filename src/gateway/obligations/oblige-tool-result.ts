import { STATUS_CODES } from 'node:http';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { Duty } from './duty.ts';
import { parseDocument } from './parse-document.ts';
import { withheld } from './withheld.ts';

/** Where an error is told when the tool's own output schema leaves no room for it. */
const ERROR_META_KEY = 'io.bailiwick/error';

/** Where an HTTP upstream offers the call that gets the next page. */
const NEXT_META_KEY = 'io.bailiwick/next';

/** A `CallToolResult` of an upstream, with the HTTP status where it has one. */
export interface Answered {
  readonly result: JsonObject;
  readonly code?: number;
}

/**
 * What a caller gets of a tool's result by its duty. Structured content and text say the same afterwards.
 *
 * The document is the API's answer, or an MCP tool's structured content, or, where it has none, each text that is JSON. What is no
 * JSON is left out, and said to be; a result of nothing else is withheld.
 *
 * @throws BailiwickError `RESULT_WITHHELD`
 */
export function obligeToolResult(duty: Duty, tool: Tool, answered: Answered): JsonObject {
  const { result } = answered;
  const isHttp = tool.binding.kind === 'http';
  const isError = result['isError'] === true;
  if (isError) return { ...(isHttp ? obligeHttpError : obligeError)(duty, result), isError };
  const blocks = blocksOf(result);
  if (isHttp) {
    const [first] = blocks;
    if (first === undefined || first['text'] === toStatusText(answered.code)) return { content: blocks };
    const document = parseDocument(first['text']);
    if (document === undefined) throw notJson();
    return { ...toContent(duty.project(document)), ...nextOf(result) };
  }
  const { structuredContent } = result;
  if (structuredContent !== undefined) {
    const { content, ...structure } = toContent(duty.project(documentOf(structuredContent)), true);
    return { content: [...content, ...remarkOn(blocks.filter(isNoDocument).length)], ...structure };
  }
  return { content: obligeBlocks(duty.project, blocks) };
}

/** Blocks of content, each JSON text as far as it may be had. */
export function obligeBlocks(project: Duty['project'], blocks: readonly JsonObject[]): JsonObject[] {
  const kept = blocks.flatMap((block) => {
    const document = block['type'] === 'text' ? parseDocument(block['text']) : undefined;
    return document === undefined ? [] : [{ type: 'text', text: JSON.stringify(project(document)) }];
  });
  if (kept.length === 0 && blocks.length > 0) throw notJson();
  return [...kept, ...remarkOn(blocks.length - kept.length)];
}

export function blocksOf({ content }: JsonObject): JsonObject[] {
  return Array.isArray(content) ? content.filter(isJsonObject) : [];
}

export function notJson(): Error {
  return withheld('it is not JSON');
}

export function toContent(
  value: Json,
  isStructured = isJsonObject(value),
): { content: JsonObject[]; structuredContent?: Json } {
  return {
    content: [{ type: 'text', text: JSON.stringify(value) }],
    ...(isStructured && { structuredContent: value }),
  };
}

const WITHHELD = 'the tool answered with an error; what it said is withheld by policy';

function obligeError(duty: Duty, result: JsonObject): JsonObject {
  const { structuredContent } = result;
  const documents = blocksOf(result).filter((block) => !isNoDocument(block));
  if (!duty.isSelective && structuredContent !== undefined) {
    return toContent(duty.mask(documentOf(structuredContent)), true);
  }
  return duty.isSelective || documents.length === 0
    ? { content: [{ type: 'text', text: WITHHELD }] }
    : { content: obligeBlocks(duty.mask, documents) };
}

/** An API's error: its status is told, its body as far as it is JSON and may be had. */
function obligeHttpError(duty: Duty, { structuredContent, _meta }: JsonObject): JsonObject {
  const told = isJsonObject(structuredContent) ? structuredContent['error'] : undefined;
  const found = told ?? (isJsonObject(_meta) ? _meta[ERROR_META_KEY] : undefined);
  if (!isJsonObject(found)) return { content: [{ type: 'text', text: WITHHELD }] };
  const { body, ...error } = found;
  const isDocument = isJsonObject(body) || Array.isArray(body);
  const shown = isDocument && !duty.isSelective ? duty.mask(body) : undefined;
  const { status } = error;
  // What an answer points to, or why nothing could be selected from it, is a part of it.
  const isPlain = typeof status === 'number' && (status < 300 || status >= 400);
  const message = isPlain && typeof error['message'] === 'string' ? error['message'] : WITHHELD;
  const text =
    shown === undefined
      ? `${message}${body === undefined ? '' : '\n[what it said is withheld by policy]'}`
      : `${message}\n${JSON.stringify(shown)}`;
  return {
    content: [{ type: 'text', text }],
    structuredContent: { error: { ...error, message, ...(shown !== undefined && { body: shown }) } },
  };
}

/** Structured content may be a text (MCP 2026-07-28): one that is no JSON is as little looked into as other text. */
function documentOf(structuredContent: Json): Json {
  if (typeof structuredContent !== 'string') return structuredContent;
  const document = parseDocument(structuredContent);
  if (document === undefined) throw notJson();
  return document;
}

function isNoDocument({ type, text }: JsonObject): boolean {
  return type !== 'text' || parseDocument(text) === undefined;
}

function remarkOn(left: number): JsonObject[] {
  if (left === 0) return [];
  const text = `[${left === 1 ? 'a block' : `${left} blocks`} of this result that policy cannot look into ${left === 1 ? 'is' : 'are'} withheld]`;
  return [{ type: 'text', text }];
}

/** An API that answers nothing but its status says this. */
function toStatusText(code: number | undefined): string | undefined {
  const phrase = code === undefined ? undefined : STATUS_CODES[code];
  return phrase === undefined ? undefined : `${code} ${phrase}`;
}

/** An upstream's own `_meta` could hold anything; the next page is a call, and no part of the answer. */
function nextOf({ _meta }: JsonObject): { _meta?: JsonObject } {
  const next = isJsonObject(_meta) ? _meta[NEXT_META_KEY] : undefined;
  return next === undefined ? {} : { _meta: { [NEXT_META_KEY]: next } };
}
