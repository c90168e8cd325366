import type { BailiwickError } from '../../errors.ts';
import { createRecent } from '../bounds/recent.ts';
import type { Trace } from '../trace.ts';
import { unauthenticated } from '../unauthenticated.ts';
import { stateOf, type KeyRecord } from './key-record.ts';

/** Keys that were not accepted a moment ago: they are refused again without a question to the store. Bounded. */
export interface RefusedKeys {
  /** `record`: what is stored of it; absent: nothing. */
  add(digest: string, record: KeyRecord | undefined, now: number): void;
  get(digest: string, now: number): { readonly record: KeyRecord | undefined } | undefined;
  /** The refusal, told to `trace` first. */
  errorFor(record: KeyRecord | undefined, now: number, trace: Trace | undefined): BailiwickError;
  clear(): void;
}

const REMEMBERED_MS = 5_000;
const MOST = 2_000;

export function createRefusedKeys(): RefusedKeys {
  const refused = createRecent<{ readonly record: KeyRecord | undefined }>(MOST);
  return {
    add(digest, record, now) {
      refused.put(digest, { record }, now, REMEMBERED_MS);
    },
    get: refused.get,
    errorFor(record, now, trace) {
      const [fault, detail] = reasonOf(record, now);
      trace?.({ name: 'virtual key', ok: false, detail });
      return unauthenticated(fault, detail);
    },
    clear: refused.clear,
  };
}

function reasonOf(
  record: KeyRecord | undefined,
  now: number,
): ['unknown-key' | 'revoked' | 'expired-key', string] {
  if (record === undefined) {
    return ['unknown-key', 'it has the form of a virtual key, and the store has none like it'];
  }
  const who = `the key ${record.name} of "${record.principal}"`;
  if (stateOf(record, now) === 'revoked') {
    return ['revoked', `${who} was revoked at ${toText(record.revokedAt)}`];
  }
  const after = record.rotatedTo === undefined ? '' : `; ${record.rotatedTo} has taken its place`;
  return ['expired-key', `${who} expired at ${toText(record.expiresAt)}${after}`];
}

function toText(time: number | undefined): string {
  return new Date(time ?? 0).toISOString();
}
