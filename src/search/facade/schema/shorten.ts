import { isJsonObject, type Json, type JsonObject } from '../../../catalog/json.ts';
import { toVisibleText, truncate } from '../../../compile/mcp/text.ts';
import { isLeaf } from '../../../compile/present/outline.ts';
import { isPosition, mapSchemasBelow, requiredOf } from '../../../compile/present/positions.ts';
import { estimateTokens } from '../../../compile/present/tokens.ts';
import { firstSentence } from '../one-line.ts';
import { follow, pointerBelow, type Place } from './read.ts';

/** Stands for what is cut. Its value is the pointer by which `describe_tool` shows it, or names what there is beside. */
export const CUT = '…';

/** How a schema is written: every later member of {@link FORMS} can only make it shorter. */
interface Form {
  /** Longest description, in characters: of the first level, and of what is deeper. */
  readonly text: number;
  readonly deepText: number;
  /** Values of an enum that are written. */
  readonly values: number;
  /** Optional members of an object that are written, and required ones. */
  readonly optional: number;
  readonly required: number;
}

const MUTE = { text: 0, deepText: 0 };

const FORMS: readonly Form[] = [
  { ...MUTE, values: 30, optional: Infinity, required: Infinity },
  { ...MUTE, values: 10, optional: Infinity, required: Infinity },
  { ...MUTE, values: 10, optional: 24, required: Infinity },
  { ...MUTE, values: 4, optional: 8, required: 24 },
  { ...MUTE, values: 2, optional: 0, required: 12 },
  { ...MUTE, values: 0, optional: 0, required: 4 },
  { ...MUTE, values: 0, optional: 0, required: 0 },
];

/** Descriptions that what is left of the budget goes to, the longest that fit. */
const TEXTS: readonly Pick<Form, 'text' | 'deepText'>[] = [
  { text: 2_000, deepText: 2_000 },
  { text: 600, deepText: 600 },
  { text: 320, deepText: 320 },
  { text: 160, deepText: 160 },
  { text: 100, deepText: 100 },
  { text: 100, deepText: 60 },
  { text: 100, deepText: 0 },
  { text: 60, deepText: 0 },
];

/** How much of the budget the structure of deeper parts may take, so that descriptions get their share. */
const STRUCTURE = 0.7;

/** Members that are opened at most, and how many that do not fit are tried before it is given up. */
const MOST_OPENED = 60;
const MOST_MISSES = 8;

/** Where a part of the schema stands. */
type Position = Omit<Closed, 'isDemanding'>;

/** A part of the schema that is written as a stub. */
interface Closed {
  readonly pointer: string;
  readonly depth: number;
  readonly isRequired: boolean;
  /** It requires members itself: who gives it has to know which. */
  readonly isDemanding: boolean;
}

export interface Shortened {
  readonly schema: Json;
  /** Something of it is cut. */
  readonly isCut: boolean;
}

/**
 * A schema in as many tokens, by estimate. All of it where it fits; else what is nearest to its root, required members first, and for
 * each part that is cut its type, what it requires, and the pointer to it under {@link CUT}. References are followed. Structure,
 * `required` and `enum` come before descriptions.
 */
export function shorten(place: Place, tokens: number): Shortened {
  const form = FORMS.find((one) => costOf(place, one) <= tokens);
  if (!form) return { schema: nameMembers(place), isCut: true };
  const opened = open(place, form, tokens * STRUCTURE);
  const words = TEXTS.find(
    (one) => estimateTokens(write(place, opened, { ...form, ...one }).schema) <= tokens,
  );
  const { schema, closed, hasLeftOut } = write(place, opened, { ...form, ...words });
  return { schema, isCut: closed.length > 0 || hasLeftOut };
}

/** In as many tokens at most; infinitely many where it is too much to be written at all. */
function costOf(place: Place, form: Form): number {
  const { schema, isTooMuch } = write(place, openedFirst(place), form);
  return isTooMuch ? Infinity : estimateTokens(schema);
}

/** What is left of what has no room in any form. */
function nameMembers({ root, schema }: Place): Json {
  const read = follow(root, schema);
  const { type, properties } = isJsonObject(read) ? read : {};
  const names = isJsonObject(properties) ? Object.keys(properties) : [];
  return {
    ...(typeof type === 'string' && { type }),
    [CUT]: names.length > 0 ? `also ${nameSome(names)}` : 'too large to be shown',
  };
}

/** What is asked for, and of a list what is in it. */
function openedFirst({ root, schema, pointer }: Place): ReadonlySet<string> {
  const opened = new Set([pointer]);
  let at = follow(root, schema);
  for (let path = pointer; opened.size <= MAX_PLAIN && isJsonObject(at) && isJsonObject(at['items']);) {
    path = `${path}/items`;
    opened.add(path);
    at = follow(root, at['items']);
  }
  return opened;
}

/** The parts that there is room for, found one after the other. */
function open(place: Place, form: Form, tokens: number): ReadonlySet<string> {
  let opened = openedFirst(place);
  const tried = new Set<string>();
  let { closed } = write(place, opened, form);
  for (let misses = 0; misses < MOST_MISSES && opened.size < MOST_OPENED;) {
    const [next] = closed.filter(({ pointer }) => !tried.has(pointer)).toSorted(byWorth);
    if (!next) break;
    tried.add(next.pointer);
    const more = new Set([...opened, next.pointer]);
    const written = write(place, more, form);
    if (written.isTooMuch || estimateTokens(written.schema) > tokens) {
      misses += 1;
    } else {
      opened = more;
      ({ closed } = written);
    }
  }
  return opened;
}

/** The nearest to the root first, where a required part counts as nearer, and one that requires something, too. */
function byWorth(a: Closed, b: Closed): number {
  return distanceOf(a) - distanceOf(b);
}

function distanceOf({ depth, isRequired, isDemanding }: Closed): number {
  return depth - (isRequired ? 1.5 : 0) - (isDemanding ? 0.75 : 0);
}

interface Written {
  readonly schema: Json;
  readonly closed: readonly Closed[];
  readonly hasLeftOut: boolean;
  readonly isTooMuch: boolean;
}

/** Schemas that are written at most: no budget has room for more. */
const MOST_WRITTEN = 3_000;

/** Lists in lists and alternatives in alternatives are written this far without being opened. */
const MAX_PLAIN = 4;

function write({ root, schema, pointer }: Place, opened: ReadonlySet<string>, form: Form): Written {
  const closed: Closed[] = [];
  let hasLeftOut = false;
  let count = 0;

  function writeSchema(given: Json, at: Position, plain: number): Json {
    count += 1;
    if (count > MOST_WRITTEN) return {};
    const read = follow(root, given);
    if (!isJsonObject(read)) return read;
    const facts = writeFacts(read, form, at.depth > 1 ? form.deepText : form.text);
    if (facts.hasLeftOut) hasLeftOut = true;
    if (isLeaf(read)) return facts.written;
    const isOpen = opened.has(at.pointer);
    if (!isOpen && (isJsonObject(read['properties']) || plain >= MAX_PLAIN)) {
      closed.push({ ...at, isDemanding: requiredOf(read).size > 0 });
      return { ...facts.written, [CUT]: at.pointer };
    }
    const rest = writeRest(read, at, isOpen ? 0 : plain + 1);
    return { ...facts.written, ...rest };
  }

  function writeRest(read: JsonObject, at: Position, plain: number): JsonObject {
    const needed = requiredOf(read);
    const left = new Set(leftOut(read, needed, form));
    const entries = Object.entries(read).filter(([keyword]) => isPosition(keyword));
    const written = entries.map(([keyword, value]): [string, Json] => [
      keyword,
      mapSchemasBelow(
        keyword,
        keyword === 'properties' ? without(value, left) : value,
        (below, key, deeper) =>
          writeSchema(
            below,
            {
              pointer: pointerBelow(at.pointer, keyword, key),
              depth: at.depth + (deeper ? 1 : 0),
              isRequired: deeper ? needed.has(key ?? '') : at.isRequired,
            },
            plain,
          ),
      ),
    ]);
    if (left.size > 0) hasLeftOut = true;
    return { ...Object.fromEntries(written), ...(left.size > 0 && { [CUT]: `also ${nameSome([...left])}` }) };
  }

  const whole = writeSchema(schema, { pointer, depth: 0, isRequired: true }, 0);
  return { schema: whole, closed, hasLeftOut, isTooMuch: count > MOST_WRITTEN };
}

function leftOut(read: JsonObject, needed: ReadonlySet<string>, form: Form): string[] {
  const names = isJsonObject(read['properties']) ? Object.keys(read['properties']) : [];
  const optional = names.filter((name) => !needed.has(name));
  const required = names.filter((name) => needed.has(name));
  return [...required.slice(form.required), ...optional.slice(form.optional)];
}

function without(properties: Json, left: ReadonlySet<string>): Json {
  if (!isJsonObject(properties) || left.size === 0) return properties;
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !left.has(name)));
}

/** Room for the names of what is left out, in characters. */
const NAMES = 400;

function nameSome(names: readonly string[]): string {
  let left = NAMES;
  const shown = names.filter(({ length }) => (left -= length + 2) >= 0);
  const rest = names.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** Keywords that are about documents and not about values. */
const DROPPED = new Set([
  '$schema',
  '$id',
  '$anchor',
  '$comment',
  '$defs',
  '$ref',
  'title',
  'examples',
  'example',
  'externalDocs',
]);

/** Longest value of any other keyword, as JSON. */
const MAX_VALUE = 200;

/** What a schema says of its own value, without the schemas below it. */
function writeFacts(
  read: JsonObject,
  form: Form,
  text: number,
): { readonly written: JsonObject; readonly hasLeftOut: boolean } {
  let hasLeftOut = false;
  const entries = Object.entries(read).flatMap(([keyword, value]): [string, Json][] => {
    if (DROPPED.has(keyword) || keyword.startsWith('x-') || isPosition(keyword)) return [];
    if (keyword === 'description') return writeText(value, text);
    // Old documents say it of everything.
    if (keyword === 'uniqueItems' && typeof read['type'] === 'string' && read['type'] !== 'array') return [];
    if (keyword === 'required')
      return Array.isArray(value) && value.length > 0 ? [[keyword, listSome(value, 24)]] : [];
    if (keyword === 'enum' && Array.isArray(value)) {
      const isLong = value.length > form.values;
      if (isLong) hasLeftOut = true;
      return [
        ...(form.values > 0 ? [[keyword, value.slice(0, form.values)] as [string, Json]] : []),
        ...(isLong ? [[`${CUT} enum`, `${value.length - form.values} more values`] as [string, Json]] : []),
      ];
    }
    return JSON.stringify(value).length <= MAX_VALUE ? [[keyword, value]] : [];
  });
  return { written: Object.fromEntries(entries), hasLeftOut };
}

function listSome(values: readonly Json[], most: number): Json[] {
  return values.length <= most
    ? [...values]
    : [...values.slice(0, most), `${CUT} ${values.length - most} more`];
}

function writeText(value: Json, most: number): [string, Json][] {
  if (typeof value !== 'string' || most <= 0) return [];
  const whole = toVisibleText(value).trim();
  const text = whole.length <= most ? whole : truncate(firstSentence(whole), most);
  return text === '' ? [] : [['description', text]];
}
