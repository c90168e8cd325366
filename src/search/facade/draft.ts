import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { SeenEntry } from '../../catalog/sight.ts';
import type { Family } from './fold.ts';
import { firstSentence, toOneLine } from './one-line.ts';

/** What a line may say of a family, each part as it would be written. */
export interface Draft {
  /** `prompt `, `resource `, `template `; empty for a tool. */
  readonly kind: string;
  readonly name: string;
  /** Absent for what takes no arguments by its kind. */
  readonly parameters?: { readonly required: readonly string[]; readonly optional: readonly string[] };
  readonly sentence: string;
  /** `name (label)`. */
  readonly variants: readonly { readonly key: string; readonly text: string }[];
}

/** A URI longer than this is not written out. */
const MAX_URI = 500;

const KINDS = { tool: '', resource: 'resource ', template: 'template ', prompt: 'prompt ' } as const;

export function toDraft({ best, variants }: Family): Draft {
  const presented = best.present();
  const parameters = parametersOf(best, presented);
  return {
    kind: KINDS[best.kind],
    name: toOneLine(best.shown, MAX_URI),
    ...(parameters && { parameters }),
    sentence: sentenceOf(best, presented),
    variants: variants.map(({ entry, label }) => ({
      key: entry.key,
      text: label === '' ? entry.shown : `${entry.shown} (${toOneLine(label, 60)})`,
    })),
  };
}

/** How a line begins to name variants. Who says so of itself would name somebody else's tools. */
const LOOKS_LIKE_VARIANTS = /\s*;\s*also\s*:\s*/gi;

/** What an entry is for, in a sentence; what it is called where nobody says. */
function sentenceOf({ kind }: SeenEntry, { description, title, name }: JsonObject): string {
  const words = [description, title, ...(kind === 'resource' || kind === 'template' ? [name] : [])];
  for (const text of words) {
    const sentence = typeof text === 'string' ? firstSentence(text) : '';
    if (sentence !== '') return sentence.replace(LOOKS_LIKE_VARIANTS, ', also ');
  }
  return '';
}

function parametersOf({ kind }: SeenEntry, presented: JsonObject): Draft['parameters'] {
  if (kind === 'tool') return ofSchema(presented['inputSchema']);
  return kind === 'prompt' ? ofPrompt(presented['arguments']) : undefined;
}

function ofSchema(schema: Json | undefined): Draft['parameters'] {
  const { properties, required: needed } = isJsonObject(schema) ? schema : {};
  const names = isJsonObject(properties) ? Object.keys(properties) : [];
  const required = new Set(Array.isArray(needed) ? needed.filter((name) => typeof name === 'string') : []);
  return split(
    [...new Set([...names, ...required])].map((name) => ({ name, isRequired: required.has(name) })),
  );
}

function ofPrompt(given: Json | undefined): Draft['parameters'] {
  const list = Array.isArray(given) ? given.filter(isJsonObject) : [];
  return split(
    list.flatMap(({ name, required }) =>
      typeof name === 'string' ? [{ name, isRequired: required === true }] : [],
    ),
  );
}

function split(all: readonly { readonly name: string; readonly isRequired: boolean }[]): {
  required: string[];
  optional: string[];
} {
  const namesOf = (isRequired: boolean): string[] =>
    all.filter((one) => one.isRequired === isRequired).map(({ name }) => writeName(toOneLine(name, 80)));
  return { required: namesOf(true), optional: namesOf(false) };
}

/** In quotes where it could be taken for more of the line than a name. */
function writeName(name: string): string {
  return name === '' || /[\s(),;"]/.test(name) ? JSON.stringify(name) : name;
}
