/** Longer than this, a header is not looked at. */
const MAX_HEADER = 16_384;

const LINK = /<([^<>]*)>((?:\s*;\s*[\w!#$&+\-.^`|~*]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]+))?)*)/g;
const PARAMETER = /;\s*([\w!#$&+\-.^`|~*]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+)))?/g;

/**
 * What a `Link` header (RFC 8288 §3) says about the next page: its target, `none` where the header links to other pages only,
 * `undefined` where it says nothing about pages. A link with another context (`anchor`) does not count.
 */
export function nextOfLinks(header: string | undefined): string | undefined {
  if (header === undefined || header.length > MAX_HEADER) return undefined;
  let isPaged = false;
  for (const [, target = '', parameters = ''] of header.matchAll(LINK)) {
    const members = new Map<string, string>();
    for (const [, name = '', quoted, token] of parameters.matchAll(PARAMETER)) {
      const key = name.toLowerCase();
      if (!members.has(key)) members.set(key, (quoted?.replace(/\\(.)/g, '$1') ?? token ?? '').toLowerCase());
    }
    const relations = (members.get('rel') ?? '').split(/\s+/);
    if (members.has('anchor')) continue;
    if (relations.includes('next')) return target;
    if (relations.some((one) => PAGE_RELATIONS.has(one))) isPaged = true;
  }
  return isPaged ? NO_NEXT : undefined;
}

/** Said by a header that links to other pages and to no next one: this is the last. No URL is empty. */
export const NO_NEXT = '';

const PAGE_RELATIONS = new Set(['prev', 'previous', 'first', 'last']);
