/** A place in a document: keys and indexes from the root. */
export type Path = readonly (string | number)[];

/** The path as a JSON Pointer (RFC 6901). The root is the empty string. */
export function toPointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The path of a JSON Pointer (RFC 6901) that is well formed. */
export function fromPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The path as people write it: `sources.files.mcp.command[0]`. */
export function toDotted(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}

/** The value at a path, or `undefined`. Reads own members only. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (Array.isArray(value)) value = value[Number(part)];
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, part)) {
      value = Reflect.get(value, part);
    } else return undefined;
  }
  return value;
}

/** True when the path fits the pattern, in which `*` is any one part. */
export function matchesPath(path: Path, pattern: readonly string[]): boolean {
  return (
    path.length === pattern.length &&
    pattern.every((part, index) => part === '*' || part === String(path[index]))
  );
}
