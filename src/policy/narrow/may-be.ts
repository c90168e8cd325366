import { isJsonObject, type Json } from '../../catalog/json.ts';
import type { SchemaNode } from './schema-node.ts';
import { hasValue } from './value-set.ts';

/** False for a value that a schema does not let through, as far as it is read. */
export function mayBe(node: SchemaNode, value: Json): boolean {
  if (!hasValue(node.values, value)) return false;
  if (typeof value === 'string') {
    const { length } = Array.from(value);
    return length >= node.lengths.least && length <= node.lengths.most;
  }
  if (Array.isArray(value)) return value.every((item) => mayBe(node.item(), item));
  if (!isJsonObject(value)) return true;
  const names = Object.keys(value);
  return (
    node.required.every((name) => names.includes(name)) &&
    names.every((name) => mayBe(node.member(name), value[name] as Json))
  );
}
