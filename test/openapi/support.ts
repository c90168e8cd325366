import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { HttpBinding } from '../../src/catalog/binding.ts';
import type { Contribution } from '../../src/catalog/entries.ts';
import type { Json, JsonObject, JsonSchema } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { compileOpenApi } from '../../src/compile/openapi/compile.ts';

/** The text of a document beside these tests. */
export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

export function compileText(text: string, file = 'api.yaml'): Contribution {
  return compileOpenApi({ source: 'api', file, text });
}

/** A document with these paths, compiled. `rest` adds to its top level or replaces it. */
export function compilePaths(paths: Json, rest: JsonObject = {}): Contribution {
  return compileText(
    JSON.stringify({ openapi: '3.1.0', info: { title: 'T', version: '1' }, paths, ...rest }),
  );
}

/** The one tool of a document whose only operation is `method path`. */
export function compileOne(
  operation: JsonObject,
  options: { path?: string; method?: string } & JsonObject = {},
): Tool {
  const { path = '/things', method = 'get', ...rest } = options;
  const contribution = compilePaths({ [path]: { [method]: { responses: {}, ...operation } } }, rest);
  const [tool] = contribution.tools;
  if (tool === undefined) throw new Error(`nothing was compiled: ${JSON.stringify(contribution.skipped)}`);
  return tool;
}

/** The tool for a POST of JSON that this schema describes. */
export function compileBody(schema: Json, rest: JsonObject = {}): Tool {
  const requestBody = { required: true, content: { 'application/json': { schema } } };
  return compileOne({ requestBody }, { method: 'post', ...rest });
}

/** How the schema of one body property comes out. OpenAPI 3.0 unless `rest` says otherwise. */
export function convertProperty(schema: Json, rest: JsonObject = {}): Json | undefined {
  const tool = compileBody({ type: 'object', properties: { field: schema } }, { openapi: '3.0.3', ...rest });
  return propertiesOf(tool)['field'];
}

export function toolNamed(contribution: Contribution, name: string): Tool {
  const tool = contribution.tools.find((one) => one.name === name);
  if (tool === undefined)
    throw new Error(`no tool ${name} in ${contribution.tools.map((one) => one.name).join(', ')}`);
  return tool;
}

export function bindingOf(tool: Tool): HttpBinding {
  if (tool.binding.kind !== 'http') throw new Error('not an HTTP binding');
  return tool.binding;
}

export function propertiesOf(tool: Tool): JsonObject {
  return objectAt(tool.inputSchema, 'properties');
}

export function objectAt(schema: JsonSchema, key: string): JsonObject {
  const value = schema[key];
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${key} is not an object`);
  return value;
}

/** `reason operation` of every skipped operation. */
export function skipsOf(contribution: Contribution): string[] {
  return contribution.skipped.map((skip) => `${skip.reason} ${skip.operation}`);
}

/** `reason operation` of every loss. */
export function lossesOf(contribution: Contribution): string[] {
  return contribution.lossy.map((loss) => `${loss.reason} ${loss.operation}`);
}

const ajv = new Ajv2020({ strict: false, logger: false });
addFormats.default(ajv);

/** A validator as clients use it. Throws for a schema that is none. */
export function validator(schema: JsonSchema): (value: unknown) => boolean {
  const validate = ajv.compile(schema);
  ajv.removeSchema(schema);
  return (value) => validate(value);
}
