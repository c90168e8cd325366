import { withHash } from '../../../catalog/names.ts';
import { parsePointer } from '../pointer.ts';

const PLAIN_NAME = /^[A-Za-z0-9._-]{1,64}$/;
const LOOKS_HASHED = /_[0-9a-f]{6}$/;

/**
 * The key under `$defs` for what stands at a pointer: the component's own name where that is legal and unambiguous, else a
 * readable stem with a hash of the pointer: the last name in it, or that of the file. A function of the pointer alone.
 */
export function toDefinitionName(pointer: string): string {
  const hash = pointer.indexOf('#');
  const segments = parsePointer(pointer.slice(hash)) ?? [];
  const name = hash === 0 ? componentName(segments) : undefined;
  if (name !== undefined && PLAIN_NAME.test(name) && !LOOKS_HASHED.test(name)) return name;
  const stem = segments.at(-1) ?? fileStem(pointer.slice(0, hash));
  return withHash(stem.replace(/[^A-Za-z0-9._-]/g, '_') || 'schema', pointer);
}

/** The last segment of `#/components/schemas/X`, and of `#/definitions/X` in Swagger 2.0. */
function componentName(segments: readonly string[]): string | undefined {
  const section = segments.slice(0, -1).join('/');
  return section === 'components/schemas' || section === 'definitions' ? segments.at(-1) : undefined;
}

/** `pet` of `schemas/pet.yaml`. */
function fileStem(document: string): string {
  return document.replace(/^.*\//, '').replace(/\.[^.]*$/, '');
}
