import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { toPlainName } from '../../text/plain-name.ts';
import { NO_NEXT } from './link-header.ts';

/*
 * What answers say about their pages without being asked, by plain names of members at the root and in the objects that
 * answers keep such facts in.
 */

const CONTAINERS = new Set(
  'links meta metadata page pageinfo paging pagination resultinfo responsemetadata'.split(' '),
);
const NEXT_URLS = new Set(
  'next nexturl nexturi nextlink nexthref nextpage nextpageurl odatanextlink'.split(' '),
);
const MORE = new Set('hasmore hasnext hasnextpage istruncated'.split(' '));
const TOTALS = new Set('total totalcount totalresults totalitems totalrecords odatacount'.split(' '));
const PAGE_COUNTS = new Set('totalpages pagecount numpages lastpage'.split(' '));

export interface PageFacts {
  /** The URL of the next page; `NO_NEXT` where the answer has a place for it that is empty. */
  readonly next: string | undefined;
  readonly hasMore: boolean | undefined;
  /** Items on all pages. */
  readonly total: number | undefined;
  readonly pages: number | undefined;
}

export function readPageFacts(answer: Json): PageFacts {
  const members = isJsonObject(answer) ? membersOf(answer) : [];
  const find = <Found>(
    names: ReadonlySet<string>,
    read: (value: Json) => Found | undefined,
  ): Found | undefined => {
    for (const [name, value] of members) {
      const found = names.has(name) ? read(value) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    next: find(NEXT_URLS, toUrl),
    hasMore: find(MORE, (value) => (typeof value === 'boolean' ? value : undefined)),
    total: find(TOTALS, toCount),
    pages: find(PAGE_COUNTS, toCount),
  };
}

function membersOf(answer: JsonObject): [plainName: string, value: Json][] {
  const own = Object.entries(answer).map(([name, value]): [string, Json] => [toPlainName(name), value]);
  const nested = own.flatMap(([name, value]) =>
    CONTAINERS.has(name) && isJsonObject(value) ? Object.entries(value) : [],
  );
  return [...own, ...nested.map(([name, value]): [string, Json] => [toPlainName(name), value])];
}

/** A URL, or an object that has one as `href`. `null` is a place for a URL that is empty. */
function toUrl(value: Json): string | undefined {
  if (value === null) return NO_NEXT;
  if (isJsonObject(value)) return typeof value['href'] === 'string' ? toUrl(value['href']) : undefined;
  return typeof value === 'string' && /^(?:https?:\/\/|[/?])/i.test(value) ? value : undefined;
}

function toCount(value: Json): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
