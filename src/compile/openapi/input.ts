import type { BodyBinding, ParameterBinding } from '../../catalog/binding.ts';
import type { Json, JsonObject, JsonSchema } from '../../catalog/json.ts';
import { assignArgumentKeys, type Slot } from './arguments.ts';
import type { Body } from './body.ts';
import type { Parameter } from './parameters.ts';
import { closeOver, once, type Converted, type SchemaLibrary } from './schemas/library.ts';

/** What a caller fills in, and where each argument goes. */
export interface Input {
  readonly parameters: readonly ParameterBinding[];
  readonly body: BodyBinding | undefined;
  /** Converts on the first call; the same object every time. */
  readonly schema: () => JsonSchema;
}

/** The keys of all arguments. */
export function argumentsOf({ parameters, body }: Input): string[] {
  const shape = body?.shape;
  const inBody = shape === undefined ? [] : shape.kind === 'whole' ? [shape] : shape.properties;
  return [...parameters, ...inBody].map(({ argument }) => argument);
}

/** One argument of the tool: its key, and how to make its schema when somebody asks. */
interface Argument {
  readonly key: string;
  readonly required: boolean;
  readonly describe: () => Converted;
}

/**
 * Lays parameters and body out as one flat object of arguments. `shared`: parameters for which the argument of the body's
 * property of the same name counts.
 */
export function createInput(
  parameters: readonly Parameter[],
  body: Body | undefined,
  schemas: SchemaLibrary,
  shared: ReadonlySet<Parameter> = new Set(),
): Input {
  const fields = bodyFields(body);
  const own = parameters.filter((parameter) => !shared.has(parameter));
  const slots: Slot[] = [...fields.map((field): Slot => ({ in: 'body', name: field.name })), ...own];
  const keys = assignArgumentKeys(slots);
  const keyAt = (index: number): string => keys[index] ?? '';
  const keyOf = (parameter: Parameter): string =>
    shared.has(parameter)
      ? keyAt(fields.findIndex((field) => field.name === parameter.name))
      : keyAt(fields.length + own.indexOf(parameter));
  const bodyArguments = fields.map((field, index) => ({
    key: keyAt(index),
    required: field.required,
    describe: () => convertField(field, schemas),
  }));
  const parameterArguments = own.map((parameter, index) => ({
    key: keyAt(fields.length + index),
    required: parameter.required,
    describe: () => convertParameter(parameter, schemas),
  }));
  return {
    parameters: parameters.map((parameter) => bindParameter(parameter, keyOf(parameter))),
    body: body && bindBody(body, keys),
    schema: once(() => createInputSchema([...parameterArguments, ...bodyArguments], dependents(body, keys))),
  };
}

interface Field {
  readonly name: string;
  readonly schemas: readonly Json[];
  readonly required: boolean;
  readonly description: string | undefined;
}

function bodyFields(body: Body | undefined): Field[] {
  if (body === undefined) return [];
  const { flat, schema, required, description } = body;
  if (flat === undefined) return [{ name: 'body', schemas: [schema], required, description }];
  return flat.properties.map((property) => ({
    ...property,
    required: required && flat.required.has(property.name),
    description: undefined,
  }));
}

function bindParameter(parameter: Parameter, argument: string): ParameterBinding {
  const { in: location, name, style, explode, allowReserved, mediaType } = parameter;
  const binding = { argument, in: location, name, style, explode, allowReserved };
  return mediaType === undefined ? binding : { ...binding, mediaType };
}

function bindBody(body: Body, keys: readonly string[]): BodyBinding {
  const { mediaType, format, alternatives, encoding, nesting, flat, required } = body;
  const isForm = format === 'form' || format === 'multipart';
  const written = {
    mediaType,
    format,
    ...(alternatives.length > 0 && { alternatives }),
    ...(Object.keys(encoding).length > 0 && { encoding }),
    ...(isForm && nesting !== 'standard' && { nesting }),
  };
  if (flat === undefined) return { ...written, shape: { kind: 'whole', argument: keys[0] ?? 'body' } };
  const properties = flat.properties.map(({ name }, index) => ({ argument: keys[index] ?? name, name }));
  return { ...written, shape: { kind: 'properties', properties, required } };
}

/** Properties that an optional body requires are required as soon as one of its properties is given. */
function dependents(body: Body | undefined, keys: readonly string[]): JsonObject | undefined {
  if (body?.flat === undefined || body.required || body.flat.required.size === 0) return undefined;
  const { properties, required } = body.flat;
  const needed = keys.filter((_key, index) => required.has(properties[index]?.name ?? ''));
  const bodyKeys = keys.slice(0, properties.length);
  const rows = bodyKeys.map((key): [string, string[]] => [key, needed.filter((other) => other !== key)]);
  return Object.fromEntries(rows.filter(([, others]) => others.length > 0));
}

function createInputSchema(list: readonly Argument[], dependentRequired: JsonObject | undefined): JsonSchema {
  const converted = list.map(({ key, required, describe }) => ({ key, required, ...describe() }));
  const required = converted.filter((each) => each.required).map((each) => each.key);
  const definitions = closeOver(converted) ?? {};
  return {
    type: 'object',
    properties: Object.fromEntries(converted.map(({ key, schema }) => [key, schema])),
    ...(required.length > 0 && { required }),
    ...(dependentRequired !== undefined &&
      Object.keys(dependentRequired).length > 0 && { dependentRequired }),
    additionalProperties: false,
    ...(Object.keys(definitions).length > 0 && { $defs: definitions }),
  };
}

function convertField({ schemas: alternatives, description }: Field, schemas: SchemaLibrary): Converted {
  const branches = alternatives.map((schema) => schemas.convert(schema, 'input'));
  const [only = { schema: {}, uses: new Set() }, ...others] = branches;
  const combined: Converted =
    others.length === 0
      ? only
      : {
          schema: { allOf: branches.map((each) => each.schema) },
          uses: new Set(branches.flatMap((each) => [...each.uses])),
        };
  return withDescription(combined, { description, deprecated: false });
}

function convertParameter(parameter: Parameter, schemas: SchemaLibrary): Converted {
  return withDescription(schemas.convert(parameter.schema, 'input'), parameter);
}

/** What a parameter or body says of itself counts more than what its schema, often shared, says. */
function withDescription(
  converted: Converted,
  { description, deprecated }: { readonly description: string | undefined; readonly deprecated: boolean },
): Converted {
  const words = description?.trim();
  if ((words === undefined || words === '') && !deprecated) return converted;
  const schema: JsonSchema = { ...converted.schema };
  if (words !== undefined && words !== '') schema['description'] = words;
  if (deprecated) schema['deprecated'] = true;
  return { ...converted, schema };
}
