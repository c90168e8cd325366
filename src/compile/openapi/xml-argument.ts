import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { flattenObject } from './flatten.ts';
import { isReference, type References } from './references.ts';
import type { SchemaLibrary } from './schemas/library.ts';

/**
 * The argument for an XML document, which a caller writes as text: what its schema says of the root element is put into
 * words, `described` being that schema with its last word on it. Only for a schema that passed `SchemaLibrary.check`.
 */
export function toXmlArgument(
  schema: Json,
  described: JsonObject,
  reading: { readonly references: References; readonly schemas: SchemaLibrary },
): JsonObject {
  const words = typeof described['description'] === 'string' ? described['description'].trim() : '';
  const root = rootNameOf(schema, described);
  const names = flattenObject(schema, reading)?.properties.map(({ name }) => name) ?? [];
  const sentence = [
    'An XML document, as text',
    root === undefined ? '' : `; its root element is \`${root}\``,
    names.length === 0 ? '' : `; its members are ${names.join(', ')}`,
    '.',
  ].join('');
  return { type: 'string', description: words === '' ? sentence : `${words} ${sentence}` };
}

/** `xml.name`, or the name of the definition (OpenAPI 3.1.1, XML Object). */
function rootNameOf(schema: Json, target: JsonObject): string | undefined {
  const xml = isJsonObject(target['xml']) ? target['xml'] : {};
  const { name, prefix } = xml;
  if (typeof name === 'string') return typeof prefix === 'string' ? `${prefix}:${name}` : name;
  return isReference(schema) ? /\/(?:schemas|definitions)\/([\w.-]+)$/.exec(schema.$ref)?.[1] : undefined;
}
