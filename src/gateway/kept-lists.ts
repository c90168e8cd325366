import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { digestOfText } from '../catalog/canonical.ts';
import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import { MAX_VALUE_BYTES, type Store } from '../state/store.ts';
import type { Logger } from '../telemetry/logger.ts';

/**
 * The last good lists of sources, kept in the store: a gateway that starts while a source is down knows what it offered.
 * They are kept as the source sent them, so that whoever reads them judges them anew. Nothing here ever fails a source.
 */
export interface KeptLists {
  /** Keeps the lists in the background, for {@link KEEP_MS}. Lists that do not fit a value of the store are not kept. */
  keep(key: KeptKey, lists: JsonObject): void;
  /** What was kept under this key, and when, or nothing. */
  recall(key: KeptKey): Promise<{ readonly lists: JsonObject; readonly at: number } | undefined>;
}

/** Lists of a source are those of its settings: another server is another source. */
export interface KeptKey {
  readonly source: string;
  readonly settings: string;
}

const KEEP_MS = 30 * 86_400_000;
/** Unchanged lists are put again after this time, so that their age is about right. */
const RENEW_MS = 600_000;
/** What lists may unfold to, in bytes. */
const MAX_LISTS_BYTES = 32 * 1024 * 1024;
/** Room for what stands around the packed lists. */
const ENVELOPE_BYTES = 256;

const pack = promisify(gzip);
const unpack = promisify(gunzip);

export function createKeptLists(deps: {
  readonly store: () => Store;
  readonly now: () => number;
  readonly logger: Logger;
}): KeptLists {
  const { now, logger } = deps;
  const last = new Map<string, { digest: string; at: number }>();
  /** Puts of one key happen in order. */
  const puts = new Map<string, Promise<void>>();

  const put = async (key: string, { source }: KeptKey, text: string, at: number): Promise<void> => {
    const packed = (await pack(text)).toString('base64');
    if (packed.length + ENVELOPE_BYTES > MAX_VALUE_BYTES || text.length > MAX_LISTS_BYTES) {
      logger.debug({ source }, 'the lists of the source are too long to be kept');
      return;
    }
    await deps.store().put(key, { v: 1, at, packed }, { now: at, expiresAt: at + KEEP_MS });
  };

  return {
    keep(kept, lists) {
      const key = toKey(kept);
      const text = JSON.stringify(lists);
      const digest = digestOfText(text);
      const at = now();
      const before = last.get(key);
      if (before?.digest === digest && at - before.at < RENEW_MS) return;
      last.set(key, { digest, at });
      const done = (puts.get(key) ?? Promise.resolve())
        .then(() => put(key, kept, text, at))
        .catch((error: unknown) => {
          last.delete(key);
          logger.debug({ source: kept.source, err: error }, 'the lists of the source could not be kept');
        })
        .finally(() => {
          if (puts.get(key) === done) puts.delete(key);
        });
      puts.set(key, done);
    },
    async recall(kept) {
      const stored = await deps.store().get(toKey(kept), now());
      return stored && open(stored.value);
    },
  };
}

function toKey({ source, settings }: KeptKey): string {
  return `lists:${source}:${settings}`;
}

/** @throws Error where the value is none that was kept here. */
async function open(value: Json): Promise<{ lists: JsonObject; at: number } | undefined> {
  if (!isJsonObject(value) || value['v'] !== 1) return undefined;
  const { at, packed } = value;
  if (typeof at !== 'number' || typeof packed !== 'string') return undefined;
  const text = await unpack(Buffer.from(packed, 'base64'), { maxOutputLength: MAX_LISTS_BYTES });
  const lists: unknown = JSON.parse(text.toString('utf8'));
  return isJsonObject(lists) ? { lists, at } : undefined;
}
