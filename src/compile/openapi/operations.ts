import type { Skip } from '../../catalog/entries.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { appendPointer } from './pointer.ts';
import { SkipOperation, toSkip } from './reasons.ts';
import type { References } from './references.ts';

/** The methods that a path item may hold, OpenAPI 3.1.1 §4.8.9. */
const METHODS: ReadonlySet<string> = new Set([
  'get',
  'put',
  'post',
  'delete',
  'options',
  'head',
  'patch',
  'trace',
]);

/** An operation as the document declares it, its own references and those of its path item followed. */
export interface Operation {
  /** `GET /tickets`: names the operation in reports, and is unique in a document. */
  readonly label: string;
  /** Upper case. */
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

/** Lists the operations under `paths`, in the order of their labels. What cannot be read costs itself alone. */
export function enumerateOperations(root: JsonObject, references: References): Enumeration {
  const operations: Operation[] = [];
  const skipped: Skip[] = [];
  const paths = isJsonObject(root['paths']) ? root['paths'] : {};
  for (const [path, declared] of Object.entries(paths)) {
    if (path.startsWith('x-') || declared === null) continue;
    try {
      const at = appendPointer('#/paths', path);
      const { pathItem, pointer } = readPathItem(declared, at, references);
      for (const [key, value] of Object.entries(pathItem)) {
        if (!METHODS.has(key.toLowerCase())) continue;
        const label = `${key.toUpperCase()} ${path}`;
        try {
          operations.push({
            label,
            method: key.toUpperCase(),
            path,
            pathItem,
            pathItemPointer: pointer,
            ...readOperation(key, value, appendPointer(pointer, key), references),
          });
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

function readPathItem(
  declared: Json,
  at: string,
  references: References,
): { pathItem: JsonObject; pointer: string } {
  const { value, pointer } = references.follow(declared, at);
  if (!isJsonObject(value)) throw new SkipOperation('malformed-operation', `${at} is not a path item`);
  if (value === declared || !isJsonObject(declared)) return { pathItem: value, pointer };
  // Members beside a `$ref` are undefined by the specification; the nearer one counts.
  const { $ref: _followed, ...beside } = declared;
  return { pathItem: { ...value, ...beside }, pointer };
}

function readOperation(
  key: string,
  declared: Json,
  at: string,
  references: References,
): { operation: JsonObject; pointer: string } {
  if (key !== key.toLowerCase()) {
    throw new SkipOperation('malformed-operation', `${at} is not in lower case, as OpenAPI writes methods`);
  }
  const { value, pointer } = references.follow(declared, at);
  if (!isJsonObject(value)) throw new SkipOperation('malformed-operation', `${at} is not an operation`);
  return { operation: value, pointer };
}
