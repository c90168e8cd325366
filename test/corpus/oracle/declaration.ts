import { isJsonObject, type Json, type JsonObject } from '../../../src/catalog/json.ts';
import { follow, resolveDeep, type ReadDocument } from './resolve.ts';

/** One operation as the document declares it, its own references followed, none left where requests are made of them. */
export interface Declaration {
  readonly version: '2.0' | '3.x';
  readonly method: string;
  readonly path: string;
  /** Of the operation and its path item, the operation's own winning. */
  readonly parameters: readonly JsonObject[];
  readonly requestBody: JsonObject | undefined;
  /** Swagger 2.0: what applies to the operation. */
  readonly consumes: readonly string[] | undefined;
}

/** Levels of a schema that a request is made by: the properties of a form, and what they are. */
const SCHEMA_DEPTH = 5;

/** `undefined` when the document does not declare the operation, or it cannot be read. */
export function readDeclaration(
  file: string,
  operation: { readonly method: string; readonly path: string },
  read: ReadDocument,
): Declaration | undefined {
  const root = read(file);
  if (!isJsonObject(root) || !isJsonObject(root['paths'])) return undefined;
  const item = readPathItem(root['paths'][operation.path], file, read);
  if (item === undefined) return undefined;
  const own = readMethod(item.value, operation.method);
  const declared = follow(own, item.file, read);
  if (declared === undefined || !isJsonObject(declared.value)) return undefined;
  const shared = readParameters(item.value['parameters'], item.file, read);
  const parameters = [...shared, ...readParameters(declared.value['parameters'], declared.file, read)];
  const byPlace = new Map(parameters.map((each) => [`${textOf(each['in'])} ${textOf(each['name'])}`, each]));
  const body = follow(declared.value['requestBody'], declared.file, read);
  const consumes = declared.value['consumes'] ?? root['consumes'];
  return {
    version: Object.hasOwn(root, 'swagger') && !Object.hasOwn(root, 'openapi') ? '2.0' : '3.x',
    ...operation,
    parameters: [...byPlace.values()],
    requestBody: body && readBody(body.value, body.file, read),
    consumes: Array.isArray(consumes) ? consumes.filter((each) => typeof each === 'string') : undefined,
  };
}

/** A member that should be text; empty where it is not. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function readPathItem(
  declared: Json | undefined,
  file: string,
  read: ReadDocument,
): { value: JsonObject; file: string } | undefined {
  const place = follow(declared, file, read);
  if (place === undefined || !isJsonObject(place.value)) return undefined;
  if (place.value === declared || !isJsonObject(declared)) return { value: place.value, file: place.file };
  const { $ref: _followed, ...beside } = declared;
  return { value: { ...place.value, ...beside }, file: place.file };
}

function readMethod(item: JsonObject, method: string): Json | undefined {
  const key = Object.keys(item).find((each) => each.toUpperCase() === method);
  if (key !== undefined) return item[key];
  const others = item['additionalOperations'];
  return isJsonObject(others) ? others[method] : undefined;
}

function readParameters(declared: Json | undefined, file: string, read: ReadDocument): JsonObject[] {
  if (!Array.isArray(declared)) return [];
  return declared.flatMap((each) => {
    const place = follow(each, file, read);
    if (place === undefined || !isJsonObject(place.value)) return [];
    const resolved = resolveDeep(place.value, place.file, read, SCHEMA_DEPTH);
    return isJsonObject(resolved) ? [resolved] : [];
  });
}

function readBody(value: Json, file: string, read: ReadDocument): JsonObject | undefined {
  if (!isJsonObject(value)) return undefined;
  const body = resolveDeep(value, file, read, SCHEMA_DEPTH);
  return isJsonObject(body) ? body : undefined;
}
