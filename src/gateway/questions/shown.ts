import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { toVisibleText } from '../../compile/mcp/text.ts';
import { BailiwickError } from '../../errors.ts';
import type { Question } from '../../upstream/upstream.ts';

/** Where a question says which source asks. */
const SOURCE_META_KEY = 'io.bailiwick/source';

/** Deeper, a schema for a form is none (MCP 2025-11-25, client/elicitation: flat objects). */
const MAX_DEPTH = 16;

/**
 * A question of a source as its client is shown it: the source is named where a person reads it, and what a person reads holds
 * no characters that hide or steer. Everything else is untouched.
 *
 * @throws BailiwickError `UPSTREAM_PROTOCOL` for a page to open that is no http or https URL.
 */
export function toShown(source: string, { method, params = {} }: Question): Question {
  const meta = isJsonObject(params['_meta']) ? params['_meta'] : {};
  const { progressToken: _ofOtherHop, ...rest } = meta;
  const named = { ...params, _meta: { ...rest, [SOURCE_META_KEY]: source } };
  return {
    method,
    params: method === 'elicitation/create' ? toShownElicitation(source, named) : named,
  };
}

function toShownElicitation(source: string, params: JsonObject): JsonObject {
  const { message, requestedSchema } = params;
  const text = typeof message === 'string' ? toVisibleText(message).trim() : '';
  if (params['mode'] === 'url') {
    const host = hostOf(source, params['url']);
    return { ...params, message: labelled(`${source} asks to open a page at ${host}`, source, text) };
  }
  return {
    ...params,
    message: labelled(`${source} asks`, source, text),
    ...(requestedSchema !== undefined && { requestedSchema: withVisibleTexts(requestedSchema, MAX_DEPTH) }),
  };
}

/** A question that went through two gateways, or whose server names itself, is not labelled twice. */
function labelled(label: string, source: string, text: string): string {
  const bare = text.startsWith(`${source} asks: `) ? text.slice(`${source} asks: `.length) : text;
  return text.startsWith(label) || bare === '' ? text || label : `${label}: ${bare}`;
}

function hostOf(source: string, url: Json | undefined): string {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (parsed && (parsed.protocol === 'https:' || parsed.protocol === 'http:')) return parsed.host;
  throw new BailiwickError(
    'UPSTREAM_PROTOCOL',
    `source ${source} asks to open something that is no http or https URL`,
  );
}

/** The members of a form's schema that are only read; names and values stay exact, they come back. */
const READ = new Set(['title', 'description']);

function withVisibleTexts(value: Json, depth: number): Json {
  if (depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => withVisibleTexts(item, depth - 1));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      READ.has(name) && typeof member === 'string'
        ? toVisibleText(member)
        : withVisibleTexts(member, depth - 1),
    ]),
  );
}
