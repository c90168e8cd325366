import type { Skip } from '../../catalog/entries.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Dialect } from './dialect.ts';
import { appendPointer } from './pointer.ts';
import { SkipOperation, toSkip } from './reasons.ts';
import type { References } from './references.ts';

/** An operation as the document declares it, its own references and those of its path item followed. */
export interface Operation {
  /** `GET /tickets`: names the operation in reports, and is unique in a document. */
  readonly label: string;
  /** As it is sent: upper case, but for an additional one of OpenAPI 3.2 that is written otherwise. */
  readonly method: string;
  /** Path template as the document writes it. */
  readonly path: string;
  readonly pathItem: JsonObject;
  readonly operation: JsonObject;
  /** Where the operation is, and where its path item is: after references. */
  readonly pointer: string;
  readonly pathItemPointer: string;
}

/** Every operation the document declares is in one of the two lists; together they are what was declared. */
export interface Enumeration {
  readonly operations: readonly Operation[];
  readonly skipped: readonly Skip[];
}

/** What listing the operations of a document needs. */
export interface OperationListing {
  readonly references: References;
  readonly dialect: Pick<Dialect, 'methods' | 'hasAdditionalOperations'>;
}

/** Lists the operations under `paths`, in the order of their labels. What cannot be read costs itself alone. */
export function enumerateOperations(
  root: JsonObject,
  { references, dialect }: OperationListing,
): Enumeration {
  const operations: Operation[] = [];
  const skipped: Skip[] = [];
  const paths = isJsonObject(root['paths']) ? root['paths'] : {};
  for (const [path, declared] of Object.entries(paths)) {
    if (path.startsWith('x-') || declared === null) continue;
    try {
      const item = readPathItem(declared, appendPointer('#/paths', path), references);
      const { pathItem, pointer: pathItemPointer } = item;
      for (const entry of methodsOf(item, dialect)) {
        const label = `${entry.method} ${path}`;
        try {
          const read = readOperation(entry, references);
          operations.push({ label, method: entry.method, path, pathItem, pathItemPointer, ...read });
        } catch (error) {
          skipped.push(toSkip(label, error));
        }
      }
    } catch (error) {
      skipped.push(toSkip(path, error));
    }
  }
  return { operations: operations.toSorted((a, b) => (a.label < b.label ? -1 : 1)), skipped };
}

interface PathItem {
  readonly pathItem: JsonObject;
  readonly pointer: string;
}

/** A member of a path item that is an operation, or should be. */
interface MethodEntry {
  readonly method: string;
  readonly value: Json;
  readonly at: string;
  /** What is wrong with the method itself. */
  readonly problem?: string;
}

function methodsOf({ pathItem, pointer }: PathItem, dialect: OperationListing['dialect']): MethodEntry[] {
  const own = Object.entries(pathItem).filter(([key]) => dialect.methods.has(key.toLowerCase()));
  const fixed = own.map(([key, value]): MethodEntry => {
    const entry = { method: key.toUpperCase(), value, at: appendPointer(pointer, key) };
    const isLower = key === key.toLowerCase();
    return isLower ? entry : { ...entry, problem: 'is not in lower case, as OpenAPI writes methods' };
  });
  const additional = dialect.hasAdditionalOperations ? pathItem['additionalOperations'] : undefined;
  if (!isJsonObject(additional)) return fixed;
  const place = appendPointer(pointer, 'additionalOperations');
  const others = Object.entries(additional).map(([method, value]): MethodEntry => {
    const entry = { method, value, at: appendPointer(place, method) };
    const problem = problemOf(method, dialect.methods);
    return problem === undefined ? entry : { ...entry, method: `additional ${method}`, problem };
  });
  return [...fixed, ...others];
}

/** `token` of RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;

/** What keeps a name from being the method of an additional operation, OpenAPI 3.2.0 "Path Item Object". */
function problemOf(method: string, fixed: ReadonlySet<string>): string | undefined {
  if (!TOKEN.test(method)) return 'is not the name of a method (RFC 9110 §9.1)';
  if (method.toUpperCase() === 'CONNECT') return 'asks for a tunnel, not for a resource';
  if (!fixed.has(method.toLowerCase())) return undefined;
  return `belongs into the path item itself, as \`${method.toLowerCase()}\``;
}

function readPathItem(declared: Json, at: string, references: References): PathItem {
  const { value, pointer } = references.follow(declared, at);
  if (!isJsonObject(value)) throw new SkipOperation('malformed-operation', `${at} is not a path item`);
  if (value === declared || !isJsonObject(declared)) return { pathItem: value, pointer };
  // Members beside a `$ref` are undefined by the specification; the nearer one counts.
  const { $ref: _followed, ...beside } = declared;
  return { pathItem: { ...value, ...beside }, pointer };
}

function readOperation(
  { at, value: declared, problem }: MethodEntry,
  references: References,
): { operation: JsonObject; pointer: string } {
  if (problem !== undefined) throw new SkipOperation('malformed-operation', `${at} ${problem}`);
  const { value, pointer } = references.follow(declared, at);
  if (!isJsonObject(value)) throw new SkipOperation('malformed-operation', `${at} is not an operation`);
  return { operation: value, pointer };
}
