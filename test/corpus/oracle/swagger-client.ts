import type { HttpBinding } from '../../../src/catalog/binding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../src/catalog/json.ts';
import { importPeer } from '../peers.ts';
import { textOf, type Declaration } from './declaration.ts';

/** A request as `swagger-client` builds it. */
export interface OracleRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** Builds the request of one operation from a call's arguments. */
export type Oracle = (declaration: Declaration, binding: HttpBinding, args: JsonObject) => OracleRequest;

/** Where the requests of both sides go. */
export const ORIGIN = 'http://oracle.test';

interface SwaggerClientExecute {
  buildRequest(options: {
    spec: unknown;
    operationId: string;
    parameters: Record<string, unknown>;
    requestBody?: unknown;
    requestContentType?: string;
    baseURL: string;
  }): OracleRequest;
}

/** The serializer of Swagger UI, without the parsers around it. */
export async function loadOracle(): Promise<Oracle> {
  const { buildRequest } = await importPeer<SwaggerClientExecute>('swagger-client/lib/execute/index.js');
  return (declaration, binding, args) => {
    const body = bodyOf(binding, args);
    const requestContentType = declaredMediaType(declaration, binding);
    return buildRequest({
      spec: toSpec(declaration),
      operationId: 'operation',
      parameters: toParameters(declaration, binding, args, body),
      ...(declaration.version === '3.x' && body !== undefined && { requestBody: toFiles(body, binding) }),
      ...(requestContentType !== undefined && { requestContentType }),
      baseURL: ORIGIN,
    });
  };
}

/** A document with this one operation. Paths keep their spelling; servers and security are left out on both sides. */
function toSpec({ version, method, path, parameters, requestBody, consumes }: Declaration): JsonObject {
  const operation: JsonObject = {
    operationId: 'operation',
    parameters: [...parameters],
    responses: {},
    ...(requestBody !== undefined && { requestBody }),
    ...(consumes !== undefined && { consumes: [...consumes] }),
  };
  const head = version === '2.0' ? { swagger: '2.0' } : { openapi: '3.1.0' };
  return {
    ...head,
    info: { title: 'one', version: '1' },
    paths: { [path]: { [method.toLowerCase()]: operation } },
  };
}

/** Every value under its place and name, `query.limit`: bare names are ambiguous where two places share one. */
function toParameters(
  declaration: Declaration,
  binding: HttpBinding,
  args: JsonObject,
  body: Json | undefined,
): Record<string, unknown> {
  const parameters: Record<string, unknown> = Object.create(null);
  for (const { argument, in: place, name } of binding.parameters) {
    if (Object.hasOwn(args, argument)) parameters[`${place}.${name}`] = args[argument];
  }
  if (declaration.version !== '2.0' || body === undefined) return parameters;
  const whole = declaration.parameters.find((one) => one['in'] === 'body');
  const fields = toFiles(body, binding);
  if (whole !== undefined) parameters[`body.${textOf(whole['name'])}`] = fields;
  if (whole === undefined && isJsonObject(body)) {
    for (const [name, value] of Object.entries(fields as JsonObject)) parameters[`formData.${name}`] = value;
  }
  return parameters;
}

/** The body that the arguments are, before it is written. */
export function bodyOf({ body }: HttpBinding, args: JsonObject): Json | undefined {
  if (body === undefined) return undefined;
  const { shape } = body;
  if (shape.kind === 'whole') return Object.hasOwn(args, shape.argument) ? args[shape.argument] : undefined;
  const given = shape.properties
    .filter(({ argument }) => Object.hasOwn(args, argument))
    .map(({ name, argument }): [string, Json] => [name, args[argument] ?? null]);
  return given.length === 0 && !shape.required ? undefined : Object.fromEntries(given);
}

/** The media type of ours, where the document names it itself, or names none: Swagger UI then chooses one as well. */
function declaredMediaType(declaration: Declaration, { body }: HttpBinding): string | undefined {
  if (body === undefined) return undefined;
  const content = declaration.requestBody?.['content'];
  const declared = isJsonObject(content) ? Object.keys(content) : (declaration.consumes ?? []);
  if (declared.length === 0) return body.mediaType;
  return declared.find(
    (each) => each.trim() === body.mediaType || each.trim().toLowerCase() === body.mediaType,
  );
}

/** Files are given to us as `{ data }` or `{ text }`, and to a browser's client as files. */
function toFiles(value: Json, { body }: HttpBinding): unknown {
  if (body?.format === 'binary') return toFile(value);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([name, each]): [string, unknown] => {
    const file = body?.encoding?.[name]?.file;
    if (file === 'many' && Array.isArray(each)) return [name, each.map((one) => toFile(one))];
    return [name, file === undefined ? each : toFile(each)];
  });
  return Object.fromEntries(members);
}

function toFile(value: Json): unknown {
  if (!isJsonObject(value)) return value;
  const { data, text, filename, mimeType } = value;
  const bytes = typeof data === 'string' ? Buffer.from(data, 'base64') : Buffer.from(textOf(text));
  const type = typeof mimeType === 'string' ? mimeType : '';
  return new File([bytes], typeof filename === 'string' ? filename : '', { type });
}
