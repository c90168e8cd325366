import { withHash } from '../../../catalog/names.ts';
import { parsePointer } from '../pointer.ts';

const PLAIN_NAME = /^[A-Za-z0-9._-]{1,64}$/;
const LOOKS_HASHED = /_[0-9a-f]{6}$/;

/**
 * The key under `$defs` for what stands at a pointer: the component's own name where that is legal and unambiguous, else a
 * readable stem with a hash of the pointer. A function of the pointer alone.
 */
export function toDefinitionName(pointer: string): string {
  const segments = parsePointer(pointer) ?? [];
  const [root, section, name] = segments;
  const isComponent = segments.length === 3 && root === 'components' && section === 'schemas';
  if (isComponent && name !== undefined && PLAIN_NAME.test(name) && !LOOKS_HASHED.test(name)) return name;
  const last = segments.at(-1) ?? '';
  return withHash(last.replace(/[^A-Za-z0-9._-]/g, '_') || 'schema', pointer);
}
