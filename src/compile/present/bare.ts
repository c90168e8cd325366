import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../catalog/json.ts';
import { typesOf } from './outline.ts';
import { definitionsOf, escapePointer, requiredOf } from './positions.ts';
import type { Cut, Rendered } from './render.ts';
import { estimateTokens, memberTokens, textTokens } from './tokens.ts';
import { withNote } from './words.ts';

/** An argument of which only the type is left. */
interface Argument {
  readonly key: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
  readonly tokens: number;
}

/** What the words around the lists of names cost at most, in tokens. */
const WORDS = 40;

/**
 * The root with nothing but the types of its arguments, and of those as many as fit `room` tokens, required ones first. The
 * object is open then, so every other argument can be given as well; as many of their names as fit stand in the description.
 */
export function renderBare(root: JsonSchema, room: number): Rendered {
  const all = readArguments(root);
  const cut: Cut[] = all.map(({ key }) => ({
    pointer: `/properties/${escapePointer(key)}`,
    what: 'argument',
  }));
  const isClosed = root['additionalProperties'] === false;
  const complete = toRoot(all, isClosed ? { additionalProperties: false } : {});
  if (estimateTokens(complete) <= room) return { schema: complete, cut };
  // A third of the room is for the names of the arguments that do not fit.
  const split = splitAt(all, (room - WORDS) * 0.67);
  const used = estimateTokens(toRoot(split.kept, {}));
  const description = describeRest(split.dropped, room - used - WORDS);
  return { schema: { ...toRoot(split.kept, {}), description }, cut };
}

function readArguments(root: JsonSchema): Argument[] {
  const { properties } = root;
  const definitions = definitionsOf(root);
  const required = requiredOf(root);
  const rows = Object.entries(isJsonObject(properties) ? properties : {}).map(([key, property]): Argument => {
    const schema = toBare(property, definitions);
    const needed = required.has(key);
    return {
      key,
      required: needed,
      schema,
      tokens: memberTokens(key, schema) + (needed ? 1 + textTokens(key) : 0),
    };
  });
  return rows.toSorted((a, b) => Number(b.required) - Number(a.required) || (a.key < b.key ? -1 : 1));
}

function toBare(property: Json, definitions: JsonObject): JsonSchema {
  const types = typesOf(property, definitions) ?? [];
  const [only, ...others] = types;
  return {
    ...(only !== undefined && { type: others.length === 0 ? only : types }),
    ...(types.includes('array') && { items: {} }),
  };
}

function toRoot(list: readonly Argument[], rest: JsonObject): JsonSchema {
  const required = list.filter((each) => each.required).map((each) => each.key);
  return {
    type: 'object',
    properties: Object.fromEntries(list.map(({ key, schema }) => [key, schema])),
    ...(required.length > 0 && { required }),
    ...rest,
  };
}

function splitAt(list: readonly Argument[], room: number): { kept: Argument[]; dropped: Argument[] } {
  let left = room;
  const kept = list.filter((each) => (left -= each.tokens) >= 0);
  return { kept, dropped: list.filter((each) => !kept.includes(each)) };
}

function describeRest(dropped: readonly Argument[], room: number): string {
  let left = room;
  const named = dropped.filter(({ key }) => (left -= textTokens(key) + 1) >= 0);
  const names = (required: boolean): string =>
    named
      .filter((each) => each.required === required)
      .map(({ key }) => key)
      .join(', ');
  const needs = names(true) === '' ? [] : [`Also required: ${names(true)}.`];
  const takes = names(false) === '' ? [] : [`Further arguments: ${names(false)}.`];
  return withNote([...needs, ...takes].join(' '), `${dropped.length - named.length} more arguments`);
}
