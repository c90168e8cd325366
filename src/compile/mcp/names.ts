import { toOwnName, withHash } from '../../catalog/names.ts';

/**
 * Own names for the entries of one list.
 *
 * Names that are equal after cleaning are told apart: the entry whose own spelling it is keeps it, the others get a
 * hash of their spelling. Names that the upstream itself uses twice get none: which one a call reaches is not ours to
 * guess. The order of the list does not matter.
 *
 * @returns Upstream name → own name; absent for the ones that collide.
 */
export function toOwnNames(upstreamNames: readonly string[]): Map<string, string> {
  const uses = countBy(upstreamNames);
  const single = [...uses].filter(([, count]) => count === 1).map(([name]) => name);
  const claims = countBy(single.map((name) => toOwnName(name)));
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const name of single) {
    const own = toOwnName(name);
    if (own !== name && (claims.get(own) ?? 0) > 1) continue;
    names.set(name, own);
    taken.add(own);
  }
  const hashed = single
    .filter((name) => !names.has(name))
    .map((name) => [name, withHash(toOwnName(name), name)] as const);
  const hashes = countBy(hashed.map(([, own]) => own));
  for (const [name, own] of hashed) {
    if (!taken.has(own) && hashes.get(own) === 1) names.set(name, own);
  }
  return names;
}

/** How often each text occurs. */
export function countBy(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
