/** How many keys or rows `list` and `rows` answer at a time. */
export const PAGE_SIZE = 500;

/** The first names after `cursor`, in order, and the cursor of the next page where there is one. */
export function pageOf(
  names: Iterable<string>,
  cursor: string | undefined,
): { readonly names: readonly string[]; readonly cursor?: string } {
  const left: string[] = [];
  for (const name of names) if (cursor === undefined || name > cursor) left.push(name);
  left.sort();
  const page = left.slice(0, PAGE_SIZE);
  const last = page.at(-1);
  return left.length > page.length && last !== undefined ? { names: page, cursor: last } : { names: page };
}
