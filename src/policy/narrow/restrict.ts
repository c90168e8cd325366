import { hasList, type ListSet } from './list-set.ts';
import { mayBe } from './may-be.ts';
import type { SchemaNode } from './schema-node.ts';
import { shapeOf, toShape, type Shape } from './shape.ts';
import { fitLengths } from './strings.ts';
import { intersectionOf, type ValueSet } from './value-set.ts';

/** What of a shape a schema lets through. */
export function restrict(shape: Shape, node: SchemaNode): Shape {
  const values = fit(intersectionOf(shape.values, node.values), node);
  if (shape.members.size === 0) return shapeOf(values);
  const members = new Map<string, Shape>();
  for (const [name, member] of shape.members) members.set(name, restrict(member, node.member(name)));
  return toShape(values, members);
}

/** What a schema lets through at one place, members left aside. */
export function domainOf(node: SchemaNode): ValueSet {
  return fit(node.values, node);
}

function fit(values: ValueSet, node: SchemaNode): ValueSet {
  const strings = fitLengths(values.strings, node.lengths);
  const lists = fitItems(values.lists, node);
  return strings === values.strings && lists === values.lists ? values : { ...values, strings, lists };
}

/** Of single lists those whose items the schema lets through. */
function fitItems(lists: ListSet, node: SchemaNode): ListSet {
  if (lists.exceptions.size === 0) return lists;
  const exceptions = [...lists.exceptions].filter(
    ([, list]) => !hasList(lists, list) || list.every((item) => mayBe(node.item(), item)),
  );
  return { ...lists, exceptions: new Map(exceptions) };
}
