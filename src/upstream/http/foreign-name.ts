/**
 * True for a name that is one of the `taken`, or that a server may read as a part of one: `tenant[]` and `tenant[0]` set `tenant`
 * where brackets nest (PHP, Rails, qs). What nests below the argument's own name is its own.
 *
 * @param taken In lower case, because many servers do not look at it.
 */
export function isForeignName(name: string, own: string, taken: ReadonlySet<string>): boolean {
  if (name === own) return false;
  const key = name.toLowerCase();
  if (taken.has(key)) return true;
  const bracket = key.indexOf('[');
  if (bracket < 0 || name.startsWith(`${own}[`)) return false;
  return taken.has(key.slice(0, bracket).trim());
}
