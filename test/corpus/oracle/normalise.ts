import { isDeepStrictEqual } from 'node:util';
import { isJsonObject } from '../../../src/catalog/json.ts';

/** A request reduced to what it means: two that mean the same are equal. */
export interface NormalRequest {
  readonly method: string;
  /** Decoded, segment by segment. */
  readonly path: readonly string[];
  /** Decoded `name=value`, sorted. */
  readonly query: readonly string[];
  /** Lower-case `name: value`, sorted; without those that no argument sets, but for the media type. */
  readonly headers: readonly string[];
  readonly cookies: readonly string[];
  readonly mediaType: string | undefined;
  readonly body: unknown;
}

/** A request of either side, before it is read. */
export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** Headers that a client sends of its own. */
const OWN_HEADERS = new Set(['accept', 'accept-encoding', 'user-agent', 'content-length']);

/** @param argumentHeaders Lower-case names of headers that arguments set, whatever they are called. */
export async function normaliseRequest(
  request: RawRequest,
  argumentHeaders: ReadonlySet<string>,
): Promise<NormalRequest> {
  // A fragment, and what follows it, is never sent (RFC 9110 §7.1).
  const [, rest = ''] = /^https?:\/\/[^/?#]*([^#]*)/.exec(request.url) ?? [];
  const [pathPart = '', ...queryParts] = rest.split('?');
  const all = Object.entries(request.headers).map(
    ([name, value]) => [name.toLowerCase(), String(value)] as const,
  );
  const contentType = all.find(([name]) => name === 'content-type')?.[1];
  const headers = all.filter(([name]) => {
    if (name === 'cookie' || name === 'content-type') return false;
    return argumentHeaders.has(name) || !OWN_HEADERS.has(name);
  });
  const cookie = all.find(([name]) => name === 'cookie')?.[1] ?? '';
  return {
    method: request.method,
    path: pathPart.split('/').map(decode),
    query: readPairs(queryParts.join('?'), '&'),
    headers: headers.map(([name, value]) => `${name}: ${value.trim()}`).toSorted(),
    cookies: readPairs(cookie, '; '),
    mediaType:
      request.body === null || request.body === undefined ? undefined : essence(contentType, request.body),
    body: await readBody(request.body, contentType),
  };
}

/** The members in which two requests differ. */
export function differences(ours: NormalRequest, theirs: NormalRequest): (keyof NormalRequest)[] {
  const keys = ['method', 'path', 'query', 'headers', 'cookies', 'mediaType', 'body'] as const;
  return keys.filter((key) => !isDeepStrictEqual(ours[key], theirs[key]));
}

function readPairs(text: string, separator: string): string[] {
  if (text === '') return [];
  return text
    .split(separator)
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return `${decodePlus(name)}=${decodePlus(value.join('='))}`;
    })
    .toSorted();
}

function decodePlus(text: string): string {
  return decode(text.replaceAll('+', ' '));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function essence(contentType: string | undefined, body: unknown): string | undefined {
  if (body instanceof FormData) return 'multipart/form-data';
  return contentType
    ?.split(';')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => !part.startsWith('boundary='))
    .join(';');
}

/** JSON as a value, a form as pairs, multipart as parts, the rest as text. */
async function readBody(body: unknown, contentType: string | undefined): Promise<unknown> {
  if (body === null || body === undefined) return undefined;
  if (body instanceof FormData) return readParts(body);
  if (body instanceof Blob) return body.text();
  const type = (contentType ?? '').toLowerCase();
  const text = toText(body);
  if (/[/+]json\s*(?:;|$)/.test(type) || contentType === undefined || type.includes('*'))
    return readJson(text);
  if (type.startsWith('application/x-www-form-urlencoded')) return readPairs(text, '&');
  if (!type.startsWith('multipart/form-data')) return text;
  const content = typeof body === 'string' ? body : new Uint8Array(body as Uint8Array);
  return readParts(await new Response(content, { headers: { 'content-type': contentType } }).formData());
}

/** Objects become JSON, as `execute` of swagger-client does before it sends. */
function toText(body: unknown): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : JSON.stringify(body);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return { notJson: text };
  }
}

async function readParts(form: FormData): Promise<string[]> {
  const parts = [...form.entries()].map(async ([name, value]) => {
    if (typeof value === 'string') return `${name}=${canonicalText(value)}`;
    return `${name} (${value.name})=${canonicalText(await value.text())}`;
  });
  return (await Promise.all(parts)).toSorted();
}

/** JSON inside a part is compared as a value: the order of its members means nothing. */
function canonicalText(text: string): string {
  try {
    const value = JSON.parse(text) as unknown;
    return isJsonObject(value)
      ? JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : text;
  } catch {
    return text;
  }
}
