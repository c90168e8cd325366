import type { JsonObject } from '../../../catalog/json.ts';

/**
 * The schema with what it says in other words than JSON Schema's written in keywords:
 *
 * - Kubernetes' `x-kubernetes-int-or-string`, or its older `format: int-or-string`: an integer or a string;
 * - `x-kubernetes-preserve-unknown-fields`: an object stays open, whatever `additionalProperties` says;
 * - `x-kubernetes-embedded-resource`: an object;
 * - Swagger 2.0's `x-nullable`, and `null` in an `enum` of a version that has no type for it: `nullable`.
 *
 * `hasNullType`: from OpenAPI 3.1 on the schema's `type` decides alone whether `null` is allowed.
 */
export function readExtensions(schema: JsonObject, { hasNullType }: { hasNullType: boolean }): JsonObject {
  let read = schema;
  if (schema['x-kubernetes-int-or-string'] === true || schema['format'] === 'int-or-string') {
    const { format: _format, ...rest } = read;
    read = { ...rest, type: ['integer', 'string'] };
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) {
    const { additionalProperties: _closed, ...rest } = read;
    read = rest;
  }
  if (schema['x-kubernetes-embedded-resource'] === true && read['type'] === undefined) {
    read = { ...read, type: 'object' };
  }
  if (schema['x-nullable'] === true || (!hasNullType && isNullInEnum(schema))) {
    read = { ...read, nullable: true };
  }
  return read;
}

function isNullInEnum({ enum: values, nullable }: JsonObject): boolean {
  return nullable !== true && Array.isArray(values) && values.includes(null);
}
