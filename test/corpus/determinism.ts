import type { Json } from '../../src/catalog/json.ts';
import { compileOpenApi, type OpenApiSource } from '../../src/compile/openapi/compile.ts';
import { createRandom, seedOf, shuffleMembers } from '../support/random.ts';

/** Larger documents are left to the smaller ones of their family: order is no matter of size. */
const MAX_CHARACTERS = 1_000_000;

/** True when the document compiles to the same bytes with the members of all its objects in another order. */
export function isIndependentOfOrder(source: OpenApiSource, document: Json | undefined): boolean {
  if (document === undefined || source.text.length > MAX_CHARACTERS) return true;
  const shuffled = shuffleMembers(document, createRandom(seedOf(source.file)));
  return toBytes(source, document) === toBytes(source, shuffled);
}

/** Warnings name lines, which another order moves. */
function toBytes(source: OpenApiSource, document: Json): string {
  const { warnings: _lines, ...rest } = compileOpenApi({ ...source, text: JSON.stringify(document) });
  return JSON.stringify(rest);
}
