/** True for an absolute URL that is `prefix` or lies below it: the same origin, and its path as the first whole segments. */
export function isUrlBelow(url: string, prefix: string): boolean {
  const [inner, outer] = [URL.parse(url), URL.parse(prefix)];
  if (inner === null || outer === null || inner.origin !== outer.origin) return false;
  const path = outer.pathname.replace(/\/+$/, '');
  return inner.pathname === path || inner.pathname.startsWith(`${path}/`);
}
