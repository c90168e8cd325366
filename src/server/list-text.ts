import { SERVER_INFO_META_KEY } from '@modelcontextprotocol/server';
import { isJsonObject, type JsonObject } from '../catalog/json.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { list, type Listing, type ListKind } from '../gateway/list.ts';
import type { Caller } from '../gateway/road.ts';
import { toListResult } from './list-handlers.ts';
import { SERVER_INFO } from './server-info.ts';

/** Pages of one listing that are kept as text. */
const MAX_PAGES = 64;

/** Texts live as long as the listing that they show. */
const texts = new WeakMap<Listing, Map<string, Buffer>>();

/**
 * The result of a list as the wire of MCP 2026-07-28 has it, in pieces. Its entries are written once for as long as they are what is
 * listed.
 *
 * @throws BailiwickError `INVALID_PARAMS` for a cursor of something else.
 */
export function toListText(
  gateway: Gateway,
  caller: Caller,
  kind: ListKind,
  cursor: string | undefined,
): (string | Buffer)[] {
  const { snapshot, principal, endpoint } = caller;
  const { [kind]: entries, _meta, ...others } = toListResult(gateway, caller, kind, cursor);
  const listing = list(snapshot, principal, endpoint);
  const known = texts.get(listing) ?? new Map<string, Buffer>();
  texts.set(listing, known);
  const key = JSON.stringify([kind, cursor, snapshot.settings.pageSize]);
  const text = known.get(key) ?? Buffer.from(JSON.stringify(entries), 'utf8');
  const [oldest] = known.keys();
  if (known.size >= MAX_PAGES && oldest !== undefined && !known.has(key)) known.delete(oldest);
  known.set(key, text);
  const meta: JsonObject = { [SERVER_INFO_META_KEY]: SERVER_INFO, ...(isJsonObject(_meta) && _meta) };
  const rest = JSON.stringify({ ...others, resultType: 'complete', _meta: meta });
  return [`{${JSON.stringify(kind)}:`, text, `,${rest.slice(1)}`];
}
