import { STATUS_CODES } from 'node:http';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { BailiwickError } from '../../errors.ts';
import type { Scrub } from '../scrub.ts';
import type { CallOutcome } from '../upstream.ts';
import type { NextCall } from './next-call.ts';
import { decodeText, essenceOf, toMediaKind } from './media-type.ts';
import { withNext } from './offer-next.ts';
import { applySelection, toStructure, type Selection } from './selection.ts';
import type { HttpResponse } from './send.ts';

/** Where an error is told when the tool's own output schema leaves no room for it; refusals use the same key. */
const ERROR_META_KEY = 'io.bailiwick/error';

/** What turning an answer into a result needs beside the answer. */
export interface ResultContext {
  readonly tool: Tool;
  readonly maxResponseBytes: number;
  /** Masks configured credentials in text of the upstream. */
  readonly scrub: Scrub;
  /** Said after a 401, where a credential could have been configured and was not. */
  readonly hint?: string;
  /** What is taken from a JSON answer. */
  readonly selection?: Selection;
  /** The call that gets the next page, by the answer's `Link` header and its JSON. */
  readonly next?: (link: string | undefined, answer: Json | undefined) => NextCall | undefined;
}

/**
 * An HTTP answer as the outcome of a tool call.
 *
 * 2xx is a result, everything else a tool error with `structuredContent.error = { code, message, status, body? }`. A 3xx
 * is an error too: it names where it points and is not followed. An answer over the size limit is an error as a whole.
 *
 * @throws BailiwickError `UPSTREAM_PROTOCOL` for an answer in a content coding that was not asked for or does not decode.
 */
export function toOutcome(response: HttpResponse, context: ResultContext): CallOutcome {
  const { source } = context.tool;
  const { status, body } = response;
  if (body.kind === 'undecodable') {
    throw new BailiwickError(
      'UPSTREAM_PROTOCOL',
      `${source} answered ${describeStatus(status)} with a body that does not decode as "${body.encoding}"; check what it sends as Content-Encoding.`,
    );
  }
  const facts = { code: status, ...upstreamIdOf(response, context) };
  if (body.kind === 'too-large') {
    const text = `${source} answered ${describeStatus(status)} with more than ${context.maxResponseBytes} bytes, and nothing of it is passed on; ask for less, or raise sources.${source}.maxResponseBytes.`;
    return { ...facts, status: 'tool-error', result: toErrorResult(context.tool, text, { status }) };
  }
  if (status >= 200 && status < 300) {
    const read = toResult(response, body.bytes, context);
    return { ...facts, status: read.result['isError'] === true ? 'tool-error' : 'ok', ...read };
  }
  return { ...facts, status: 'tool-error', ...toFailure(response, body.bytes, context) };
}

/** `answer`: the JSON that came, whole. */
interface Read {
  readonly result: JsonObject;
  readonly answer?: Json | undefined;
}

function toResult(response: HttpResponse, bytes: Buffer, context: ResultContext): Read {
  const { tool, scrub } = context;
  const contentType = response.headers['content-type'];
  const mimeType = essenceOf(contentType);
  if (bytes.length === 0) {
    return { result: withoutStructure({ type: 'text', text: toEmptyText(response, scrub) }, tool) };
  }
  const kind = toMediaKind(contentType);
  if (kind === 'image' || kind === 'audio') {
    return { result: withoutStructure({ type: kind, data: bytes.toString('base64'), mimeType }, tool) };
  }
  if (kind === 'binary') {
    const uri = `bailiwick://${tool.source}/${tool.name}`;
    const resource = { uri, mimeType, blob: bytes.toString('base64') };
    return { result: withoutStructure({ type: 'resource', resource }, tool) };
  }
  const text = scrub(decodeText(bytes, contentType));
  const value = kind === 'json' ? parseJson(text) : undefined;
  const result =
    value === undefined
      ? withNote(withoutStructure({ type: 'text', text }, tool), context)
      : toJsonResult({ text, value }, context);
  const link = response.headers['link'];
  const next = context.next?.(link === undefined ? link : scrub(link), value);
  return { result: withNext(result, next), answer: value };
}

function withNote(result: JsonObject & { content: JsonObject[] }, { selection }: ResultContext): JsonObject {
  if (selection?.asked === undefined) return result;
  const note = { type: 'text', text: '[select was not applied: the answer is not JSON]' };
  return { ...result, content: [...result.content, note] };
}

/** The text is the answer as it came, unless something was selected from it. */
function toJsonResult(answer: { text: string; value: Json }, context: ResultContext): JsonObject {
  const { tool, selection = {} } = context;
  const selected = applySelection(selection, answer.value);
  if (selected.kind === 'withheld') {
    const message = `the answer of ${tool.source} does not fit the configured \`select\` and is withheld: ${selected.reason}`;
    return toErrorResult(tool, message, {});
  }
  const { value, note } = selected;
  const text = value === answer.value ? answer.text : JSON.stringify(value);
  const content = [{ type: 'text', text }, ...(note === undefined ? [] : [{ type: 'text', text: note }])];
  const structure =
    toStructure(selected) ?? (tool.outputSchema === undefined ? undefined : { result: value });
  return { content, ...(structure !== undefined && { structuredContent: structure }) };
}

/** Clients demand structured content of a tool that declares an output; compiled schemas require no member of it. */
function withoutStructure(block: JsonObject, tool: Tool): JsonObject & { content: JsonObject[] } {
  return { content: [block], ...(tool.outputSchema !== undefined && { structuredContent: {} }) };
}

/** A `Location` is then all there is to learn (RFC 9110 §15.3.2), so it is said. */
function toEmptyText({ status, headers }: HttpResponse, scrub: Scrub): string {
  const { location } = headers;
  return location === undefined
    ? describeStatus(status)
    : `${describeStatus(status)}\nLocation: ${scrub(location)}`;
}

function toFailure(response: HttpResponse, bytes: Buffer, context: ResultContext): Read {
  const { tool, scrub, hint } = context;
  const { status, headers } = response;
  const contentType = headers['content-type'];
  const kind = toMediaKind(contentType);
  const text = kind === 'json' || kind === 'text' ? scrub(decodeText(bytes, contentType)) : '';
  const isRedirect = status >= 300 && status < 400 && headers['location'] !== undefined;
  const message = [
    `${tool.source} answered ${describeStatus(status)}`,
    ...(isRedirect ? [`, which points to ${scrub(headers['location']!)} and is not followed`] : []),
    ...(status === 401 && hint !== undefined ? [`; ${hint}`] : []),
  ].join('');
  const answer = kind === 'json' ? parseJson(text) : undefined;
  const body = text === '' ? undefined : (answer ?? text);
  const result = toErrorResult(tool, message, { status, ...(body === undefined ? {} : { body }) }, text);
  return { result, answer };
}

/** Clients check structured content against the tool's output schema even in errors. */
function toErrorResult(tool: Tool, message: string, members: JsonObject, body = ''): JsonObject {
  const error = { code: 'UPSTREAM_ERROR', message, ...members };
  const properties = tool.outputSchema?.['properties'];
  const isTaken = isJsonObject(properties) && Object.hasOwn(properties, 'error');
  return {
    content: [{ type: 'text', text: body === '' ? message : `${message}\n${body}` }],
    isError: true,
    ...(isTaken ? { _meta: { [ERROR_META_KEY]: error } } : { structuredContent: { error } }),
  };
}

function parseJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** The standard phrase: the upstream's own could say anything. */
function describeStatus(status: number): string {
  const phrase = STATUS_CODES[status];
  return phrase === undefined ? String(status) : `${status} ${phrase}`;
}

function upstreamIdOf({ headers }: HttpResponse, { scrub }: ResultContext): { upstreamId?: string } {
  const id = headers['x-request-id'] ?? headers['request-id'];
  return id === undefined || id === '' ? {} : { upstreamId: scrub(id).slice(0, 200) };
}
