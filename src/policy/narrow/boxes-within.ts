import type { Box } from './box.ts';
import { restrict } from './restrict.ts';
import type { SchemaNode } from './schema-node.ts';
import { isEmptyShape } from './shape.ts';

/** What of boxes a schema lets through. */
export function boxesWithin(boxes: readonly Box[], node: SchemaNode): Box[] {
  return boxes.flatMap((box): Box[] => {
    const shape = restrict(box.shape, node);
    return isEmptyShape(shape) ? [] : [{ ...box, shape }];
  });
}
