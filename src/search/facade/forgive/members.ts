import { isJsonObject, type Json, type JsonObject } from '../../../catalog/json.ts';

/** The members that the three tools take, with the names that models give them otherwise. Nearest first. */
const ALIASES = {
  query: ['q', 'text', 'search', 'search_query', 'searchQuery', 'prompt', 'description', 'keywords'],
  source: ['server', 'sources', 'system', 'server_name', 'serverName'],
  access: [],
  limit: ['max_results', 'maxResults', 'top_k', 'topK', 'k', 'count'],
  detail: ['detail_level', 'detailLevel', 'details'],
  name: ['tool', 'tool_name', 'toolName', 'uri'],
  names: ['tools', 'tool_names', 'toolNames'],
  pointer: ['path', 'json_pointer', 'jsonPointer'],
  arguments: ['args', 'input', 'params', 'parameters', 'tool_input', 'toolInput', 'tool_args', 'toolArgs'],
} as const;

export type Member = keyof typeof ALIASES | 'queries';

/** What is around arguments that were nested once more. */
export const WRAPPERS: readonly string[] = ['arguments', ...ALIASES.arguments];

/** How often arguments are unpacked. */
const MAX_LAYERS = 3;

/**
 * Arguments of one of the three, unpacked: `{ input: { query } }` and `{ arguments: "{\"query\":…}" }` are `{ query }`. Only where
 * nothing stands beside the wrapper, and what is in it has a member that the tool takes.
 */
export function unpack(args: JsonObject, members: readonly Member[]): JsonObject {
  let inner = args;
  for (let layer = 0; layer < MAX_LAYERS; layer += 1) {
    const [only, ...others] = Object.keys(inner);
    if (only === undefined || others.length > 0 || !WRAPPERS.includes(only)) return inner;
    const within = toObject(inner[only]);
    const fits = (one: JsonObject): boolean => members.some((member) => memberOf(one, member) !== undefined);
    if (!within || !(fits(within) || Object.keys(within).some((key) => WRAPPERS.includes(key)))) return inner;
    inner = within;
  }
  return inner;
}

/** A member by its own name, or by one that it is mistaken for. Null counts as left out. */
export function memberOf(args: JsonObject, member: Member): Json | undefined {
  const key = keyOf(args, member);
  return key === undefined ? undefined : args[key];
}

/** The key under which a member is given. */
export function keyOf(args: JsonObject, member: Member): string | undefined {
  const names: readonly string[] = [member, ...(member === 'queries' ? [] : ALIASES[member])];
  return names.find((name) => Object.hasOwn(args, name) && args[name] !== null);
}

/** An object, or the JSON text of one; an empty text is an empty object. */
export function toObject(value: Json | undefined): JsonObject | undefined {
  if (typeof value !== 'string') return isJsonObject(value) ? value : undefined;
  const text = value.trim();
  if (text === '') return {};
  const parsed = text.startsWith('{') ? parse(text) : undefined;
  return isJsonObject(parsed) ? parsed : undefined;
}

/** Texts: a list of them, one, or the JSON text of a list. Undefined where something else is given. */
export function toTexts(value: Json): string[] | undefined {
  if (typeof value === 'string') {
    const parsed = value.trimStart().startsWith('[') ? parse(value) : undefined;
    return Array.isArray(parsed) && parsed.every(isText) ? parsed : [value];
  }
  return Array.isArray(value) && value.every(isText) ? value : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
