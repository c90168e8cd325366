import type { JsonObject } from '../../catalog/json.ts';

/** The versions of OpenAPI that are read, by their first two numbers. */
export type OpenApiVersion = '3.0' | '3.1';

/** A loaded document: plain JSON, whatever it was written in. */
export interface OpenApiDocument {
  readonly version: OpenApiVersion;
  readonly root: JsonObject;
}
