import type { Json, JsonObject } from '../../catalog/json.ts';
import type { Home } from './external/location.ts';

/** The versions of OpenAPI that are read, by their first two numbers. */
export type OpenApiVersion = '2.0' | '3.0' | '3.1' | '3.2';

/** A loaded document: plain JSON, whatever it was written in. */
export interface OpenApiDocument {
  readonly version: OpenApiVersion;
  readonly root: JsonObject;
  /**
   * The other documents that references lead to, by their path relative to the document's folder (`schemas/pet.yaml`) or by
   * their URL. Their own references are written the same way: `schemas/pet.yaml#/Pet`, and `#/…` for the document itself.
   */
  readonly files: ReadonlyMap<string, Json>;
  /** Why a document that references lead to is not in `files`: a clause that goes on after its name. */
  readonly absent: ReadonlyMap<string, string>;
  /** By what names references lead back to this document. */
  readonly home: Home;
  /** What was tolerated, each a sentence with file, line and column. */
  readonly warnings: readonly string[];
}
