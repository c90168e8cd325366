/** A name without its spelling: `nextpagetoken` of `next_page_token`, `nextPageToken` and `next[page-token]`. */
export function toPlainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
