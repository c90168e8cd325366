import { z } from 'zod';
import { isJsonObject } from '../catalog/json.ts';
import { type Path, valueAt } from './pointer.ts';

/** What a schema says about itself, gathered through its wrappers; the outermost word wins. */
export interface Meta {
  readonly description?: string;
  readonly examples: readonly unknown[];
}

/** The schema inside `optional`, `default` and other wrappers. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const inner = innerOf(schema);
  return inner ? unwrap(inner) : schema;
}

/** The metadata of a schema or of what it wraps. */
export function metaOf(schema: z.core.$ZodType): Meta {
  let description: string | undefined;
  let examples: readonly unknown[] | undefined;
  for (let current: z.core.$ZodType | undefined = schema; current; current = innerOf(current)) {
    const meta = z.globalRegistry.get(current);
    description ??= meta?.description;
    examples ??= meta?.['examples'] as readonly unknown[] | undefined;
  }
  return { ...(description === undefined ? {} : { description }), examples: examples ?? [] };
}

/** The members of an object schema; `undefined` for any other kind. */
export function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | undefined {
  const inner = unwrap(schema);
  return inner instanceof z.core.$ZodObject ? inner._zod.def.shape : undefined;
}

/** The alternatives of a union, wrappers removed and nested unions flattened; any other schema is its own one. */
export function optionsOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const inner = unwrap(schema);
  return inner instanceof z.core.$ZodUnion ? inner._zod.def.options.flatMap(optionsOf) : [inner];
}

/** True when a member may be left out. */
export function isOptional(schema: z.core.$ZodType): boolean {
  return schema._zod.optin === 'optional';
}

/** The value that stands in for an absent member; `undefined` where none does. */
export function defaultOf(schema: z.core.$ZodType): unknown {
  for (let current: z.core.$ZodType | undefined = schema; current; current = innerOf(current)) {
    if (current instanceof z.core.$ZodDefault || current instanceof z.core.$ZodPrefault) {
      return current._zod.def.defaultValue;
    }
  }
  return undefined;
}

/** The first key that an object schema cannot do without: what tells it from its neighbours in a union. */
export function tellingKeyOf(schema: z.core.$ZodType): string | undefined {
  const members = Object.entries(shapeOf(schema) ?? {});
  return members.find(([, member]) => !isOptional(member))?.[0];
}

/**
 * The schemas that apply at a path, unions taken apart. Where a value is a mapping, only those alternatives remain
 * whose telling key it has, unless it has none of them.
 */
export function schemasAt(root: z.core.$ZodType, path: Path, input: unknown): readonly z.core.$ZodType[] {
  let schemas: readonly z.core.$ZodType[] = [root];
  let value = input;
  for (const part of path) {
    const parent = value;
    schemas = schemas.flatMap((schema) =>
      narrowedOptions(schema, parent).flatMap((one) => childOf(one, part)),
    );
    value = valueAt(value, [part]);
  }
  return schemas;
}

/** The alternatives of a schema that a value asks for. */
export function narrowedOptions(schema: z.core.$ZodType, value: unknown): readonly z.core.$ZodType[] {
  const options = optionsOf(schema);
  if (!isJsonObject(value)) return options;
  const asked = options.filter((option) => Object.hasOwn(value, tellingKeyOf(option) ?? ''));
  return asked.length > 0 ? asked : options;
}

function childOf(schema: z.core.$ZodType, part: string | number): readonly z.core.$ZodType[] {
  if (schema instanceof z.core.$ZodArray) return [schema._zod.def.element];
  if (schema instanceof z.core.$ZodRecord) return [schema._zod.def.valueType];
  if (!(schema instanceof z.core.$ZodObject)) return [];
  const { shape } = schema._zod.def;
  const child = Object.hasOwn(shape, part) ? shape[part] : undefined;
  return child ? [child] : [];
}

function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  if (schema instanceof z.core.$ZodPipe) return schema._zod.def.in;
  if (schema instanceof z.core.$ZodLazy) return schema._zod.def.getter();
  if (
    schema instanceof z.core.$ZodOptional ||
    schema instanceof z.core.$ZodNullable ||
    schema instanceof z.core.$ZodDefault ||
    schema instanceof z.core.$ZodPrefault ||
    schema instanceof z.core.$ZodReadonly
  ) {
    return schema._zod.def.innerType;
  }
  return undefined;
}
