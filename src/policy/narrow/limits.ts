import type { Json } from '../../catalog/json.ts';
import type { Box, Note } from './box.ts';
import { byOrder } from './cuts.ts';
import type { ArgumentLimit } from './region.ts';
import { renderValues } from './render.ts';
import { domainOf } from './restrict.ts';
import type { SchemaNode } from './schema-node.ts';
import { shapeOf, toShape, type Shape } from './shape.ts';
import { ABSENCE, ABSENT, hasObjects, OBJECTS, unionOf } from './value-set.ts';

/** What a shape comes to in a schema. */
export interface Limits {
  /** In the order of their paths. */
  readonly limits: readonly ArgumentLimit[];
  /** Everything that the limits and the schema let through, or more. */
  readonly said: Shape;
}

/** What `box` says beyond the schema, by path. */
export function toLimits({ shape, notes }: Box, node: SchemaNode): Limits {
  const limits = new Map<string, ArgumentLimit>();
  const said = limitMembers(shape, node, [], limits);
  for (const note of notes) addNote(note, limits);
  const sorted = [...limits].toSorted(([a], [b]) => byOrder(a, b)).map(([, limit]) => limit);
  return { limits: sorted, said: toShape(OBJECTS, said) };
}

function limitMembers(
  shape: Shape,
  node: SchemaNode,
  path: readonly string[],
  limits: Map<string, ArgumentLimit>,
): Shape['members'] {
  return new Map(
    [...shape.members].map(([name, member]) => [
      name,
      limitMember(member, node.member(name), [...path, name], limits),
    ]),
  );
}

function limitMember(
  shape: Shape,
  node: SchemaNode,
  path: readonly string[],
  limits: Map<string, ArgumentLimit>,
): Shape {
  const domain = domainOf(node);
  const { schema, said } = renderValues(shape.values, domain, node.listed);
  const mayBeLeftOut = (shape.values.flags & ABSENT) !== 0;
  const isRequired = !mayBeLeftOut && (domain.flags & ABSENT) !== 0;
  if (isRequired || Object.keys(schema).length > 0) {
    limits.set(keyOf(path), { path, ...(isRequired && { required: true }), schema });
  }
  const values = mayBeLeftOut ? unionOf(said, ABSENCE) : said;
  if (!hasObjects(shape.values)) return shapeOf(values);
  return toShape(values, limitMembers(shape, node, path, limits));
}

/** Keywords that are there already say more: a note is about what cannot be counted up. */
function addNote({ path, schema }: Note, limits: Map<string, ArgumentLimit>): void {
  const limit = limits.get(keyOf(path)) ?? { path, schema: {} };
  if ('const' in limit.schema || 'enum' in limit.schema) return;
  limits.set(keyOf(path), { ...limit, schema: withKeywords(limit.schema, schema) });
}

function withKeywords(
  schema: ArgumentLimit['schema'],
  added: Readonly<Record<string, Json>>,
): ArgumentLimit['schema'] {
  if (Object.keys(added).every((keyword) => !(keyword in schema))) return { ...schema, ...added };
  const before = Array.isArray(schema['allOf']) ? schema['allOf'] : [];
  return { ...schema, allOf: [...before, added] };
}

function keyOf(path: readonly string[]): string {
  return path.join('\0');
}
