import { isJsonObject, type Json, type JsonObject } from '../../../catalog/json.ts';
import { locate, toReference, type Home } from './location.ts';

/** Members that hold data, in which a `$ref` is a member like any other. */
const DATA = new Set(['example', 'examples', 'default', 'enum', 'const']);

/** Members whose own members are named by the author: none of those names means anything. */
const NAMED = new Set([
  'paths',
  'webhooks',
  'pathItems',
  'callbacks',
  'schemas',
  'definitions',
  '$defs',
  'properties',
  'patternProperties',
  'dependentSchemas',
  'parameters',
  'responses',
  'requestBodies',
  'headers',
  'content',
  'mediaTypes',
  'encoding',
  'links',
  'securitySchemes',
  'securityDefinitions',
]);

/**
 * Writes the references inside an external document as the root document would write them, in place, so that from then on
 * they mean the same wherever they are read.
 *
 * @param base The document's own name, as {@link locate} gives it.
 */
export function rewriteReferences(document: Json, base: string, home: Home): void {
  const rewritten = (reference: string): string => toReference(locate(reference, base, home));

  function visit(value: Json): void {
    if (Array.isArray(value)) return value.forEach(visit);
    if (isJsonObject(value)) visitObject(value, false);
  }

  function visitObject(value: JsonObject, isNamed: boolean): void {
    if (typeof value['$ref'] === 'string') value['$ref'] = rewritten(value['$ref']);
    for (const [name, member] of Object.entries(value)) {
      if (typeof member !== 'object' || member === null) continue;
      if (isNamed) visit(member);
      else if (name === 'discriminator') rewriteMapping(member);
      else if (NAMED.has(name) && isJsonObject(member)) visitObject(member, true);
      else if (!DATA.has(name)) visit(member);
    }
  }

  /** Values of a mapping are references, or names of schemas: what looks like a file is a reference. */
  function rewriteMapping(discriminator: Json): void {
    const mapping = isJsonObject(discriminator) ? discriminator['mapping'] : undefined;
    if (!isJsonObject(mapping)) return;
    for (const [name, target] of Object.entries(mapping)) {
      const isReference = typeof target === 'string' && /[#/]|\.(?:ya?ml|json)$/i.test(target);
      if (isReference && name !== '__proto__') mapping[name] = rewritten(target);
    }
  }

  if (!isJsonObject(document)) return visit(document);
  // A file of definitions side by side: nothing but objects, under names such as `default`.
  const isCollection = !Object.keys(document).some((name) => NAMED.has(name));
  visitObject(document, isCollection && Object.values(document).every(isJsonObject));
}
