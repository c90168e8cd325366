import { STATUS_CODES } from 'node:http';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { BailiwickError } from '../../errors.ts';
import type { CallOutcome } from '../upstream.ts';
import { decodeText, essenceOf, toMediaKind } from './media-type.ts';
import type { HttpResponse } from './send.ts';

/** What turning an answer into a result needs beside the answer. */
export interface ResultContext {
  readonly tool: Tool;
  readonly maxResponseBytes: number;
  /** Masks configured credentials in text of the upstream. */
  readonly scrub: (text: string) => string;
  /** Said after a 401, where a credential could have been configured and was not. */
  readonly hint?: string;
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
    return { ...facts, status: 'tool-error', result: toErrorResult(text, { status }) };
  }
  if (status >= 200 && status < 300) {
    return { ...facts, status: 'ok', result: toResult(response, body.bytes, context) };
  }
  return { ...facts, status: 'tool-error', result: toFailure(response, body.bytes, context) };
}

function toResult(response: HttpResponse, bytes: Buffer, context: ResultContext): JsonObject {
  const { tool, scrub } = context;
  const contentType = response.headers['content-type'];
  if (bytes.length === 0) return toEmptyResult(response, context);
  const kind = toMediaKind(contentType);
  if (kind === 'image' || kind === 'audio') {
    return { content: [{ type: kind, data: bytes.toString('base64'), mimeType: essenceOf(contentType) }] };
  }
  if (kind === 'binary') {
    const uri = `bailiwick://${tool.source}/${tool.name}`;
    const resource = { uri, mimeType: essenceOf(contentType), blob: bytes.toString('base64') };
    return { content: [{ type: 'resource', resource }] };
  }
  const text = scrub(decodeText(bytes, contentType));
  const value = kind === 'json' ? parseJson(text) : undefined;
  const structured = toStructured(value, tool);
  return {
    content: [{ type: 'text', text }],
    ...(structured === undefined ? {} : { structuredContent: structured }),
  };
}

/** A `Location` is then all there is to learn (RFC 9110 §15.3.2), so it is said. */
function toEmptyResult(response: HttpResponse, { tool, scrub }: ResultContext): JsonObject {
  const { location } = response.headers;
  const text =
    location === undefined
      ? describeStatus(response.status)
      : `${describeStatus(response.status)}\nLocation: ${scrub(location)}`;
  return {
    content: [{ type: 'text', text }],
    ...(tool.outputSchema === undefined ? {} : { structuredContent: { status: response.status } }),
  };
}

/** An object is structured content as it is; another value only where the tool declares an output, as `{ result }`. */
function toStructured(value: Json | undefined, tool: Tool): JsonObject | undefined {
  if (isJsonObject(value)) return value;
  return value === undefined || tool.outputSchema === undefined ? undefined : { result: value };
}

function toFailure(response: HttpResponse, bytes: Buffer, context: ResultContext): JsonObject {
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
  const body = text === '' ? undefined : ((kind === 'json' ? parseJson(text) : undefined) ?? text);
  return toErrorResult(message, { status, ...(body === undefined ? {} : { body }) }, text);
}

function toErrorResult(message: string, members: JsonObject, body = ''): JsonObject {
  return {
    content: [{ type: 'text', text: body === '' ? message : `${message}\n${body}` }],
    structuredContent: { error: { code: 'UPSTREAM_ERROR', message, ...members } },
    isError: true,
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
