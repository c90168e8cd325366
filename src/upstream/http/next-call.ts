import type { HttpBinding, Pagination } from '../../catalog/binding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { completeArguments } from './complete-arguments.ts';
import { NO_NEXT, nextOfLinks } from './link-header.ts';
import { changesOfUrl } from './next-url.ts';
import { readPageFacts, type PageFacts } from './page-facts.ts';
import { argumentOf } from './parameter-value.ts';

/** What the next page is asked for with, when an answer is one page of several. */
export interface NextCall {
  /** All arguments of the call, ready to be sent. */
  readonly arguments: JsonObject;
  /** Those of them that differ from this call's. */
  readonly changes: JsonObject;
}

/** What was called and what came back. */
export interface Exchange {
  readonly tool: Tool;
  readonly binding: HttpBinding;
  /** As the caller gave them. */
  readonly args: JsonObject;
  /** Of the request. */
  readonly url: string;
  /** The `Link` header of the answer. */
  readonly link: string | undefined;
  /** The answer, before anything is selected from it; `undefined` for one that is not JSON. */
  readonly answer: Json | undefined;
}

/** Longer than this, a cursor is not passed on. */
const MAX_CURSOR = 4096;

/**
 * The call that gets the next page, told by a `Link` header, by a URL in the answer, or by what the document says of pages.
 *
 * Only of reads: what changes something is never offered again. Nothing that is pinned is changed, and a call that would be
 * the same again is none.
 */
export function readNextCall(exchange: Exchange): NextCall | undefined {
  const { tool, binding, args, url, link, answer } = exchange;
  if (tool.access !== 'read') return undefined;
  const facts = readPageFacts(answer ?? null);
  const target = nextOfLinks(link) ?? facts.next;
  if (target === NO_NEXT) return undefined;
  const linked =
    target === undefined
      ? undefined
      : changesOfUrl(target, { url, binding }, (argument, text) => toValue(tool, argument, text));
  const changes = linked ?? changesOfPagination(exchange, facts);
  if (changes === undefined) return undefined;
  const given = completeArguments(binding, args);
  const isChange = Object.entries(changes).some(([name, value]) => argumentOf(given, name) !== value);
  const isPinned = Object.keys(changes).some((name) => Object.hasOwn(binding.pinned ?? {}, name));
  return isChange && !isPinned ? { arguments: { ...args, ...changes }, changes } : undefined;
}

function changesOfPagination(
  { tool, binding, args, answer }: Exchange,
  facts: PageFacts,
): JsonObject | undefined {
  const pagination = binding.result?.pagination;
  if (pagination === undefined || answer === undefined || facts.hasMore === false) return undefined;
  const value = nextValue(pagination, answer, facts, { tool, given: completeArguments(binding, args) });
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : undefined;
  if (text !== undefined && (text === '' || text.length > MAX_CURSOR)) return undefined;
  const { argument } = pagination;
  return { [argument]: text === undefined ? value : toValue(tool, argument, text) };
}

interface Given {
  readonly tool: Tool;
  readonly given: JsonObject;
}

function nextValue(
  pagination: Pagination,
  answer: Json,
  facts: PageFacts,
  call: Given,
): string | number | undefined {
  switch (pagination.kind) {
    case 'cursor':
      return toScalar(valueAt(answer, pagination.pointer));
    case 'last-item': {
      const items = valueAt(answer, pagination.items);
      const last = Array.isArray(items) ? items.at(-1) : undefined;
      return facts.hasMore === true && isJsonObject(last) ? toScalar(last[pagination.member]) : undefined;
    }
    case 'page':
    case 'offset':
      return nextCount(pagination, answer, facts, call);
  }
}

/** A count goes on only where something says that there is more: a full page of known size, a total, or a flag. */
function nextCount(
  pagination: Extract<Pagination, { kind: 'page' | 'offset' }>,
  answer: Json,
  facts: PageFacts,
  call: Given,
): number | undefined {
  const items = valueAt(answer, pagination.items);
  if (!Array.isArray(items) || items.length === 0) return undefined;
  const { argument, sizeArgument } = pagination;
  const size = sizeArgument === undefined ? undefined : numberOf(call, sizeArgument);
  const isPage = pagination.kind === 'page';
  const first = isPage ? pagination.first : schemaOf(call.tool, argument)['minimum'] === 1 ? 1 : 0;
  const current = numberOf(call, argument) ?? first;
  const seen = isPage ? undefined : current - first + items.length;
  const all = isPage ? facts.pages : facts.total;
  if (facts.hasMore !== true) {
    if (size !== undefined && items.length < size) return undefined;
    if (isPage && all !== undefined && current - first + 1 >= all) return undefined;
    const counted = seen ?? (size === undefined ? undefined : (current - first + 1) * size);
    if (facts.total !== undefined && counted !== undefined && counted >= facts.total) return undefined;
    const isKnown = size !== undefined || all !== undefined;
    if (!isKnown) return undefined;
  }
  return isPage ? current + 1 : current + items.length;
}

/** The argument's value, or the one that the server is said to take for it. */
function numberOf({ tool, given }: Given, argument: string): number | undefined {
  const value = argumentOf(given, argument) ?? schemaOf(tool, argument)['default'];
  return typeof value === 'number' ? value : undefined;
}

function toScalar(value: Json | undefined): string | number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

function valueAt(answer: Json, pointer: string): Json | undefined {
  let value: Json | undefined = answer;
  for (const segment of pointer.split('/').slice(1)) {
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    value = isJsonObject(value) ? argumentOf(value, name) : undefined;
  }
  return value;
}

/** Text as the argument's schema wants it: a number where it takes no text. */
function toValue(tool: Tool, argument: string, text: string): Json {
  const { type } = schemaOf(tool, argument);
  const types: Json[] = Array.isArray(type) ? type : [type ?? 'string'];
  if (types.includes('string')) return text;
  if (types.some((one) => one === 'integer' || one === 'number') && /^-?\d{1,15}(?:\.\d+)?$/.test(text)) {
    return Number(text);
  }
  return types.includes('boolean') && (text === 'true' || text === 'false') ? text === 'true' : text;
}

function schemaOf({ validationSchema }: Tool, argument: string): JsonObject {
  const { properties, $defs: definitions } = validationSchema;
  const schema = isJsonObject(properties) ? argumentOf(properties, argument) : undefined;
  if (!isJsonObject(schema)) return {};
  const name = /^#\/\$defs\/([^/]+)$/.exec(typeof schema['$ref'] === 'string' ? schema['$ref'] : '')?.[1];
  const target = name !== undefined && isJsonObject(definitions) ? argumentOf(definitions, name) : undefined;
  return isJsonObject(target) ? { ...target, ...schema } : schema;
}
