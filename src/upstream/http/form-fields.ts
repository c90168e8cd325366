import type { BodyBinding, PartEncoding } from '../../catalog/binding.ts';
import type { Json, JsonObject } from '../../catalog/json.ts';
import { isForeignName } from './foreign-name.ts';
import { invalidArgument } from './invalid-argument.ts';
import { isJsonMediaType } from './media-type.ts';
import { toNestedPairs } from './nested-pairs.ts';
import { toText } from './parameter-value.ts';
import { encodeReserved, encodeStrict, type Encode } from './percent-encoding.ts';
import { toStyledPairs } from './styled-pairs.ts';

/** A property of a form, by its name on the wire, with the argument that gave it. */
export interface FormProperty {
  readonly name: string;
  readonly argument: string;
  readonly value: Json;
}

/** The members of an argument that is a whole form. */
export function toProperties(form: JsonObject, argument: string): FormProperty[] {
  return Object.entries(form).map(([name, value]) => ({ name: toText(name, argument), argument, value }));
}

/** One field of a form, or the text part of a multipart body. */
export interface FormField {
  readonly name: string;
  readonly value: string;
  readonly contentType: string;
}

/** How a body says its forms are written; `shape` lists the fields that are arguments of their own. */
export type FormRules = Pick<BodyBinding, 'encoding' | 'nesting'> & Partial<Pick<BodyBinding, 'shape'>>;

/**
 * The properties of a body as `application/x-www-form-urlencoded`. Spaces are `%20`, which every decoder of forms reads
 * (OpenAPI 3.2, "URL Percent-Encoding").
 */
export function toFormText(properties: readonly FormProperty[], rules: FormRules): string {
  const names = properties.map(({ name }) => name);
  return toFormFields(properties, names, rules, ({ allowReserved }) =>
    allowReserved === true ? encodeReserved : encodeStrict,
  )
    .map(({ name, value }) => `${encodeStrict(name)}=${value}`)
    .join('&');
}

/**
 * The fields of a form in the order of its properties. `null` is left out, like everywhere but in JSON.
 *
 * A property whose Encoding Object has a style is written like a query parameter. Otherwise a list gives one field for each
 * item, and a list or map inside is a document of its own, or follows the nesting of the form.
 *
 * The keys of a value may become names, so it could otherwise pass for another property: for one of `names`, or for one that
 * policy looked at under its own name. Names are compared without case, because many servers do.
 *
 * @throws BailiwickError `INVALID_ARGUMENTS` where a value would.
 */
export function toFormFields(
  properties: readonly FormProperty[],
  names: readonly string[],
  rules: FormRules,
  encoderOf: (encoding: PartEncoding, argument: string) => Encode,
): FormField[] {
  const declared = rules.shape?.kind === 'properties' ? rules.shape.properties.map(({ name }) => name) : [];
  const taken = new Set([...declared, ...names].map((name) => name.toLowerCase()));
  return properties.flatMap((property) => {
    const encoding = encodingOf(rules, property.name);
    const fields = toFields(property, encoding, rules, encoderOf(encoding, property.argument));
    const foreign = fields.find(({ name }) => isForeignName(name, property.name, taken));
    if (foreign !== undefined) {
      throw invalidArgument(property.argument, `would set the field "${foreign.name}", which is not its own`);
    }
    return fields;
  });
}

/** What the body says of one property. */
export function encodingOf({ encoding }: FormRules, name: string): PartEncoding {
  return (encoding !== undefined && Object.hasOwn(encoding, name) ? encoding[name] : undefined) ?? {};
}

function toFields(
  { name, argument, value }: FormProperty,
  encoding: PartEncoding,
  { nesting = 'standard' }: FormRules,
  encode: Encode,
): FormField[] {
  const { style, explode = style === 'form', contentType } = encoding;
  if (style !== undefined) {
    const pairs = toStyledPairs({ name, argument, style, explode }, value, encode);
    return pairs.map((pair) => ({ ...pair, contentType: 'text/plain' }));
  }
  if (nesting !== 'standard' && contentType === undefined) {
    const pairs = toNestedPairs(name, value, nesting, argument);
    return pairs.map((pair) => ({ name: pair.name, value: encode(pair.text), contentType: 'text/plain' }));
  }
  const documents = (Array.isArray(value) ? value : [value]).filter((each) => each !== null);
  return documents.map((document) => {
    const type = firstOf(contentType) ?? (typeof document === 'object' ? 'application/json' : 'text/plain');
    const text = isJsonMediaType(type) ? JSON.stringify(document) : toText(document, argument);
    return { name, value: encode(text), contentType: type };
  });
}

/** The first media type of a list with commas that is no range. */
function firstOf(contentType: string | undefined): string | undefined {
  return contentType
    ?.split(',')
    .map((each) => each.trim())
    .find((each) => each !== '' && !each.includes('*'));
}
