import type { JsonSchema } from '../../catalog/json.ts';
import type { Form } from './form.ts';
import { typesOf } from './outline.ts';
import { estimateTokens } from './tokens.ts';
import { listSome, shorten, withNote } from './words.ts';

/** Keys that say nothing about which values are valid, beside `description` and short defaults. */
const NON_SEMANTIC = new Set([
  'title',
  'deprecated',
  'readOnly',
  'writeOnly',
  'example',
  'examples',
  '$comment',
  '$schema',
  '$id',
  '$anchor',
  'contentEncoding',
  'contentMediaType',
  'xml',
  'externalDocs',
  'discriminator',
]);

/** Keywords under which, or because of which, a looser part can make a stricter whole. */
const NOT_MONOTONE = new Set([
  'not',
  'if',
  'then',
  'else',
  'unevaluatedProperties',
  'unevaluatedItems',
  'maxContains',
  'dependentRequired',
]);

/** A default that costs more than this tells less than it costs, in tokens. */
const SHORT_DEFAULT = 12;

/** Whether a form writes a keyword at all. */
export function keepsKeyword(keyword: string, form: Form): boolean {
  return !form.strip || !(NON_SEMANTIC.has(keyword) || keyword.startsWith('x-'));
}

/**
 * The keyword that a keyword becomes: exactly one of several becomes any of them once the single ones are relaxed, as two of
 * them may then hold.
 *
 * @returns `undefined` where it has to go.
 */
export function relaxedKeyword(keyword: string, schema: JsonSchema, relaxes: boolean): string | undefined {
  if (!relaxes) return keyword;
  if (NOT_MONOTONE.has(keyword)) return undefined;
  if (keyword !== 'oneOf') return keyword;
  return Object.hasOwn(schema, 'anyOf') ? undefined : 'anyOf';
}

/** The keywords of a schema that are no schemas themselves, as a form has room for them. Changes the schema given. */
export function shortenLeaf(
  schema: JsonSchema,
  form: Form,
  place: { readonly depth: number; readonly required: boolean; readonly onEnum: () => void },
): JsonSchema {
  const { description, default: value } = schema;
  if (value !== undefined && form.strip && estimateTokens(value) > SHORT_DEFAULT) delete schema['default'];
  // What the root says is about the whole tool.
  if (typeof description === 'string' && place.depth >= 0) {
    const isDeep = place.depth > 0 && !place.required;
    const words = shorten(description, isDeep ? Math.min(form.deepText, form.text) : form.text);
    if (words === '') delete schema['description'];
    else schema['description'] = words;
  }
  return Array.isArray(schema['enum']) && schema['enum'].length > form.enums
    ? sampleEnum(schema, form, place.onEnum)
    : schema;
}

/** The values of a large enum as words: its type, how many there are, and some of them. */
function sampleEnum(schema: JsonSchema, form: Form, onEnum: () => void): JsonSchema {
  const values = Array.isArray(schema['enum']) ? schema['enum'] : [];
  onEnum();
  const types = typesOf({ enum: values }, {});
  const { enum: _values, ...rest } = schema;
  if (types !== undefined && !Object.hasOwn(rest, 'type'))
    rest['type'] = types.length === 1 ? types[0]! : types;
  const words = typeof rest['description'] === 'string' ? rest['description'] : '';
  const sample = listSome(
    values.map((value) => JSON.stringify(value)),
    form.text === 0 ? 30 : undefined,
  );
  return { ...rest, description: withNote(words, `one of ${sample}`) };
}
