import type { HttpBinding } from '../../../src/catalog/binding.ts';
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../../src/catalog/json.ts';
import { withFiles } from './files.ts';
import { createRandom, type Random } from '../../support/random.ts';
import type { Alphabet } from './strings.ts';
import { generateValue } from './values.ts';

/** How likely an optional argument is given, attempt by attempt: if a rich call is not valid, a poorer one is tried. */
const ATTEMPTS = [0.5, 0.5, 0.4, 0.2, 0, 0, 0, 0];

/** Arguments of a call, and whether the schema allows them. */
export interface Generated {
  readonly args: JsonObject;
  readonly isValid: boolean;
}

/** Arguments for a call: all that is required and a part of what is optional; the poorest ones when no attempt is valid. */
export function generateArguments(
  schema: JsonSchema,
  binding: HttpBinding,
  seed: number,
  isValid: (args: JsonObject) => boolean,
): Generated {
  let args: JsonObject = {};
  for (const [turn, optional] of ATTEMPTS.entries()) {
    args = drawArguments(schema, binding, createRandom(seed + turn), optional);
    if (isValid(args)) return { args, isValid: true };
  }
  return { args, isValid: false };
}

function drawArguments(
  schema: JsonSchema,
  binding: HttpBinding,
  random: Random,
  optional: number,
): JsonObject {
  const definitions = isJsonObject(schema['$defs']) ? schema['$defs'] : {};
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const args: JsonObject = {};
  const draw = (key: string): Json => {
    const drawing = { random, definitions, alphabet: alphabetOf(binding, key), optional };
    const value = generateValue(properties[key], drawing);
    // Nothing, as a part of the path, is refused.
    if (!isEmpty(value) || !isInPath(binding, key)) return value;
    return generateValue(properties[key], { ...drawing, optional: 1 });
  };
  for (const key of Object.keys(properties)) {
    // The caller's own projection of the answer is never sent.
    if (key === binding.result?.selectArgument) continue;
    const property = properties[key];
    // Swagger UI sends declared defaults where servers assume them, so what has one is always given.
    const hasDefault = isJsonObject(property) && property['default'] !== undefined;
    if (required.has(key) || hasDefault || random() < optional) args[key] = draw(key);
  }
  addDependents(schema, args, draw);
  return withFiles(args, binding, random);
}

function isEmpty(value: Json): boolean {
  return value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);
}

function isInPath(binding: HttpBinding, argument: string): boolean {
  return binding.parameters.some((one) => one.argument === argument && one.in === 'path');
}

function addDependents(
  schema: JsonSchema,
  args: JsonObject,
  draw: (key: string) => JsonObject[string],
): void {
  const rules = isJsonObject(schema['dependentRequired']) ? schema['dependentRequired'] : {};
  for (const [key, others] of Object.entries(rules)) {
    if (!Object.hasOwn(args, key) || !Array.isArray(others)) continue;
    for (const other of others) {
      if (typeof other === 'string' && !Object.hasOwn(args, other)) args[other] = draw(other);
    }
  }
}

/** Headers carry little beside ASCII, and the delimited styles nothing that holds their delimiter. */
function alphabetOf(binding: HttpBinding, argument: string): Alphabet {
  const parameter = binding.parameters.find((one) => one.argument === argument);
  if (parameter === undefined) return isDelimitedField(binding, argument) ? 'plain' : 'any';
  const isDelimited = parameter.style.endsWith('Delimited');
  return parameter.in === 'header' || isDelimited || parameter.style === 'deepObject' ? 'plain' : 'any';
}

function isDelimitedField({ body }: HttpBinding, argument: string): boolean {
  if (body?.shape.kind !== 'properties') return false;
  const field = body.shape.properties.find((one) => one.argument === argument);
  return body.encoding?.[field?.name ?? '']?.style?.endsWith('Delimited') === true;
}
