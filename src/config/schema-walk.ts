import { z } from 'zod';
import { isJsonObject } from '../catalog/json.ts';
import { type Path, valueAt } from '../text/pointer.ts';

/** What a schema says about itself, gathered through its wrappers; the outermost word wins. */
export interface Meta {
  readonly description?: string;
  readonly examples: readonly unknown[];
}

/** The schema inside `optional`, `default` and other wrappers. */
export function unwrap(schema: z.ZodType): z.ZodType {
  const inner = innerOf(schema);
  return inner ? unwrap(inner) : schema;
}

/** The metadata of a schema or of what it wraps. */
export function metaOf(schema: z.ZodType): Meta {
  let description: string | undefined;
  let examples: unknown;
  for (let current: z.ZodType | undefined = schema; current; current = innerOf(current)) {
    const meta = current.meta();
    description ??= meta?.description;
    examples ??= meta?.['examples'];
  }
  return {
    ...(description === undefined ? {} : { description }),
    examples: Array.isArray(examples) ? examples : [],
  };
}

/** The members of an object schema; `undefined` for any other kind. */
export function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  const inner = unwrap(schema);
  if (!(inner instanceof z.ZodObject)) return undefined;
  return Object.fromEntries(Object.entries(inner.shape).map(([key, member]) => [key, toClassic(member)]));
}

/** The alternatives of a union, wrappers removed and nested unions flattened; any other schema is its own one. */
export function optionsOf(schema: z.ZodType): readonly z.ZodType[] {
  const inner = unwrap(schema);
  return inner instanceof z.ZodUnion
    ? inner.options.flatMap((option) => optionsOf(toClassic(option)))
    : [inner];
}

/** True when a member may be left out. */
export function isOptional(schema: z.ZodType): boolean {
  return schema.safeParse(undefined).success;
}

/** The value that stands in for an absent member; `undefined` where none does. */
export function defaultOf(schema: z.ZodType): unknown {
  for (let current: z.ZodType | undefined = schema; current; current = innerOf(current)) {
    if (current instanceof z.ZodDefault || current instanceof z.ZodPrefault) return current.def.defaultValue;
  }
  return undefined;
}

/** The first key that an object schema cannot do without: what tells it from its neighbours in a union. */
export function tellingKeyOf(schema: z.ZodType): string | undefined {
  const members = Object.entries(shapeOf(schema) ?? {});
  return members.find(([, member]) => !isOptional(member))?.[0];
}

/**
 * The schemas that apply at a path, unions taken apart. Where a value is a mapping, only those alternatives remain
 * whose telling key it has, unless it has none of them.
 */
export function schemasAt(root: z.ZodType, path: Path, input: unknown): readonly z.ZodType[] {
  let schemas: readonly z.ZodType[] = [root];
  let value = input;
  for (const part of path) {
    const parent = value;
    schemas = schemas.flatMap((schema) =>
      narrowedOptions(schema, parent).flatMap((one) => childOf(one, part) ?? []),
    );
    value = valueAt(value, [part]);
  }
  return schemas;
}

/** The alternatives of a schema that a value asks for. */
export function narrowedOptions(schema: z.ZodType, value: unknown): readonly z.ZodType[] {
  const options = optionsOf(schema);
  if (!isJsonObject(value)) return options;
  const asked = options.filter((option) => Object.hasOwn(value, tellingKeyOf(option) ?? ''));
  return asked.length > 0 ? asked : options;
}

/** What a list holds, or what a mapping with free keys holds. */
export function elementOf(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodArray) return toClassic(schema.element);
  return schema instanceof z.ZodRecord ? toClassic(schema.valueType) : undefined;
}

function childOf(schema: z.ZodType, part: string | number): z.ZodType | undefined {
  const shape = shapeOf(schema);
  if (!shape) return elementOf(schema);
  return Object.hasOwn(shape, part) ? shape[part] : undefined;
}

function innerOf(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodPipe) return toClassic(schema.in);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  ) {
    return toClassic(schema.unwrap());
  }
  return undefined;
}

/** The library types members by its core; every schema here is made with its classic interface. */
function toClassic(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new TypeError('not a zod schema');
}
