import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../catalog/json.ts';
import { argumentsOf, type Input } from './input.ts';
import type { ReportLoss } from './reasons.ts';
import { once } from './schemas/library.ts';

/** Arguments whose values configuration knows. */
export interface FixedArguments {
  /** What callers still fill in. */
  readonly input: Input;
  readonly pinned: JsonObject;
  readonly defaults: JsonObject;
}

/**
 * Takes pinned arguments out of what callers fill in, and shows the values of those that they may leave out.
 *
 * A value that names no argument of the tool, or that the argument's schema does not allow, even as a list of itself, is a loss: a default is then
 * left out, while a pin holds all the same, because nobody who pins an argument means to leave it to callers. An argument
 * that is pinned keeps no default.
 */
export function fixArguments(
  input: Input,
  {
    pin = {},
    defaults = {},
  }: { readonly pin?: JsonObject | undefined; readonly defaults?: JsonObject | undefined },
  reportLoss: ReportLoss,
): FixedArguments {
  if (Object.keys(pin).length + Object.keys(defaults).length === 0) {
    return { input, pinned: {}, defaults: {} };
  }
  const known = new Set(argumentsOf(input));
  const usable = (values: JsonObject, key: 'pin' | 'defaults'): JsonObject =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => {
        const fitted = known.has(name) ? fit(input.schema(), name, value) : NO_ARGUMENT;
        if ('value' in fitted) return [[name, fitted.value]];
        reportLoss('unusable-value', `${key}.${name}: ${fitted.problem}`);
        // Pinned as it is, nevertheless: left open, the argument would be the caller's to set.
        return key === 'pin' && known.has(name) ? [[name, value]] : [];
      }),
    );
  const pinned = usable(pin, 'pin');
  const rest = Object.fromEntries(Object.entries(defaults).filter(([name]) => !Object.hasOwn(pinned, name)));
  const given = usable(rest, 'defaults');
  const schema = once(() => present(input.schema(), pinned, given));
  return { input: { ...input, schema }, pinned, defaults: given };
}

type Fitted = { readonly value: Json } | { readonly problem: string };

const NO_ARGUMENT: Fitted = { problem: 'there is no such argument' };

/** The value as the argument takes it: where only lists are allowed, a single value stands for the list of it. */
function fit(schema: JsonSchema, name: string, value: Json): Fitted {
  const problem = mismatch(schema, name, value);
  if (problem === undefined) return { value };
  const isList = !Array.isArray(value) && mismatch(schema, name, [value]) === undefined;
  return isList ? { value: [value] } : { problem };
}

/** What is wrong with the value, by the argument's own schema; a schema that cannot be compiled allows everything. */
function mismatch(schema: JsonSchema, name: string, value: Json): string | undefined {
  const property = isJsonObject(schema['properties']) ? schema['properties'][name] : undefined;
  if (property === undefined) return undefined;
  const ajv = new Ajv2020({ strict: false, validateSchema: false, logger: false });
  addFormats.default(ajv);
  try {
    const definitions = schema['$defs'];
    const validate = ajv.compile({
      properties: { value: property },
      ...(definitions !== undefined && { $defs: definitions }),
    });
    return validate({ value }) ? undefined : ajv.errorsText(validate.errors, { dataVar: '' }).slice(0, 200);
  } catch {
    return undefined;
  }
}

function present(schema: JsonSchema, pinned: JsonObject, defaults: JsonObject): JsonSchema {
  const { required, dependentRequired, properties, ...rest } = schema;
  const isOpen = (name: Json): boolean =>
    typeof name === 'string' && !Object.hasOwn(pinned, name) && !Object.hasOwn(defaults, name);
  const rules = Object.entries(isJsonObject(dependentRequired) ? dependentRequired : {});
  // A value that is always there makes required what its presence requires.
  const implied = rules.filter(([name]) => !isOpen(name)).flatMap(([, others]) => toList(others));
  const needed = [...new Set([...toList(required), ...implied])].filter(isOpen);
  const dependents = rules
    .filter(([name]) => isOpen(name))
    .map(([name, others]) => [name, toList(others).filter(isOpen)] as const)
    .filter(([, others]) => others.length > 0);
  const shown = Object.entries(isJsonObject(properties) ? properties : {})
    .filter(([name]) => !Object.hasOwn(pinned, name))
    .map(([name, property]) => [name, withDefault(property, defaults, name)] as const);
  return {
    ...rest,
    properties: Object.fromEntries(shown),
    ...(needed.length > 0 && { required: needed }),
    ...(dependents.length > 0 && { dependentRequired: Object.fromEntries(dependents) }),
  };
}

function withDefault(property: Json, defaults: JsonObject, name: string): Json {
  const value = Object.hasOwn(defaults, name) ? defaults[name] : undefined;
  return value !== undefined && isJsonObject(property) ? { ...property, default: value } : property;
}

function toList(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
