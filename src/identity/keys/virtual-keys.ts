import { isDeepStrictEqual } from 'node:util';
import { BailiwickError } from '../../errors.ts';
import type { Store } from '../../state/store.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { tooMany, unavailable } from '../unavailable.ts';
import type { PrincipalSettings } from '../principal-settings.ts';
import type { Principal } from '../principal.ts';
import type { Proof } from '../proof.ts';
import type { TokenVerifier } from '../token-verifier.ts';
import type { Trace } from '../trace.ts';
import { unauthenticated } from '../unauthenticated.ts';
import { createFloodGate } from '../bounds/flood-gate.ts';
import { createKnownKeys, type KnownKey } from './known-keys.ts';
import { keyPrincipal } from './key-principal.ts';
import { createKeyReader } from './key-reader.ts';
import { isWithdrawn, stateOf, type KeyLimit, type KeyRecord } from './key-record.ts';
import { isKeyName, type ShelvedKey } from './key-shelf.ts';
import { formOf, KEY_PREFIX } from './key-text.ts';
import { createRefusedKeys } from './refused-keys.ts';

/** The limits of a key, and the name under which they count. */
export interface OwnLimits {
  readonly lineage: string;
  readonly limits: readonly KeyLimit[];
}

export interface VirtualKeys extends TokenVerifier {
  /**
   * What limits the key alone that a principal has shown; `undefined` where it was no virtual key.
   *
   * @throws BailiwickError `IDENTITY_UNAVAILABLE` where the key is not known any more
   */
  limitsOf(principal: Principal): OwnLimits | undefined;
}

export interface VirtualKeyOptions {
  readonly store: Store;
  readonly logger: Logger;
  readonly now: () => number;
  /** Called when a key that counted does not any more, or not as before. */
  readonly onLoss: () => void;
  /** Repeats work until it is stopped. */
  readonly repeat?: (work: () => void, everyMs: number) => () => void;
  /** Keys that are kept in memory. */
  readonly capacity?: number;
}

/** How often every key in memory is looked at again, whether or not anything was told about it. */
const LOOK_AGAIN_MS = 30_000;

/** How long a key counts after the store was last asked about it. */
const TRUSTED_MS = 60_000;

/** Questions to the store at one time: about keys that are not in memory, and about those that are. */
const MOST_READING = 64;
const MOST_LOOKING_AGAIN = 8;

/** Keys that do not exist and cost a question each: this many at once, then so many a second. */
const FLOOD = { burst: 200, perSecond: 50 };

/**
 * A verifier of the keys in the store.
 *
 * ```
 * form and checksum → in memory and confirmed: at once → the store, one question for each key at a time → in memory
 * a change is told → what is in memory is looked at again before it counts; a revocation ends it at once
 * ```
 */
export function createVirtualKeyVerifier(options: VirtualKeyOptions): VirtualKeys {
  const { store, logger, now, onLoss, capacity = 20_000, repeat = repeatInBackground } = options;
  const known = createKnownKeys(capacity);
  const refused = createRefusedKeys();
  const flood = createFloodGate(FLOOD);
  let principals: Readonly<Record<string, PrincipalSettings>> = {};
  let stopLooking: (() => void) | undefined;

  const reader = createKeyReader({
    store,
    now,
    logger,
    news: {
      onChanged(name) {
        refused.clear();
        const key = known.byName(name);
        if (key) doubt([key]);
      },
      onRevoked(name) {
        const key = known.byName(name);
        if (!key) return;
        known.delete(key);
        onLoss();
      },
      onGap() {
        refused.clear();
        doubt(known.all());
      },
    },
  });

  function doubt(keys: readonly KnownKey[]): void {
    for (const key of keys) key.isDoubtful = true;
    void lookAgain(keys);
  }

  async function lookAgain(keys: readonly KnownKey[]): Promise<void> {
    const left = [...keys];
    const lookAtSome = async (): Promise<void> => {
      for (let key = left.pop(); key; key = left.pop()) await ask(key.digest); // oxlint-disable-line no-await-in-loop -- some at a time
    };
    try {
      await Promise.all(Array.from({ length: MOST_LOOKING_AGAIN }, lookAtSome));
    } catch (error) {
      // The store is away: what is in memory counts for as long as it may, and is looked at in the next round.
      logger.debug({ err: error }, 'keys could not be looked at again');
    }
  }

  /** Asks the store, and keeps what it says. */
  async function ask(digest: string): Promise<KnownKey | undefined> {
    const askedAt = now();
    const found = await reader.read(digest);
    const before = known.get(digest);
    if (found && stateOf(found.record, now()) === 'active') return keep(found, before, askedAt);
    // What was open when it expired ends by itself, in the time that it is given.
    if (found && before && !isWithdrawn(found.record, now())) return keep(found, before, askedAt);
    if (before) {
      known.delete(before);
      onLoss();
    }
    refused.add(digest, found?.record, now());
    return undefined;
  }

  function keep({ record, digest }: ShelvedKey, before: KnownKey | undefined, askedAt: number): KnownKey {
    const proof = proofOf(record, before?.proof);
    if (before) {
      const isOther = before.proof !== proof;
      Object.assign(before, { record, proof, confirmedAt: askedAt, isDoubtful: false });
      if (isOther) onLoss();
      return before;
    }
    const key: KnownKey = { digest, record, proof, confirmedAt: askedAt, isDoubtful: false };
    known.add(key);
    stopLooking ??= repeat(() => void lookAgain(known.all()), LOOK_AGAIN_MS);
    return key;
  }

  /** The same object as long as it proves the same. */
  function proofOf(record: KeyRecord, before: Proof | undefined): Proof | undefined {
    const principal = keyPrincipal(record, principals);
    if (principal === undefined) return undefined;
    const same = before && isDeepStrictEqual(before.principal, principal) ? before.principal : principal;
    const { createdAt: issuedAt, expiresAt = Infinity } = record;
    if (before?.principal === same && before.expiresAt === expiresAt) return before;
    return { principal: same, kind: 'virtual-key', expiresAt, issuedAt };
  }

  function admit(key: KnownKey, at: number, trace: Trace | undefined): Proof {
    const { record, proof } = key;
    if (stateOf(record, at) !== 'active') throw refused.errorFor(record, at, trace);
    if (proof === undefined) {
      const detail = `identity.principals has no "${record.principal}" any more, for which the key ${record.name} speaks`;
      trace?.({ name: 'virtual key', ok: false, detail });
      throw unauthenticated('unknown-key', detail);
    }
    trace?.({
      name: 'virtual key',
      ok: true,
      detail: `key ${record.name} of ${proof.principal.subject}, ${record.expiresAt === undefined ? 'without an end' : `until ${new Date(record.expiresAt).toISOString()}`}`,
    });
    return proof;
  }

  async function askForNew(digest: string, trace: Trace | undefined): Promise<Proof> {
    const key = await ask(digest).catch((error: unknown) => {
      throw unavailable('the store of keys cannot be reached', { trace, name: 'virtual key', cause: error });
    });
    if (key) return admit(key, now(), trace);
    const refusal = refused.get(digest, now());
    if (refusal?.record === undefined) flood.note(now());
    throw refused.errorFor(refusal?.record, now(), trace);
  }

  return {
    name: 'virtual keys',
    limitsOf({ key: name }) {
      if (!isKeyName(name)) return undefined;
      const key = known.byName(name);
      if (key) return key.record;
      throw new BailiwickError(
        'IDENTITY_UNAVAILABLE',
        `the key ${name} is not known any more, and so are its limits; send the request again`,
      );
    },
    use(settings) {
      ({ principals } = settings);
      for (const key of known.all()) key.proof = proofOf(key.record, key.proof);
    },
    verify({ token, digest: bytes }, at, trace) {
      if (!token.startsWith(KEY_PREFIX)) return undefined;
      const digest = bytes.toString('hex');
      const key = known.use(digest);
      if (key && !key.isDoubtful && at - key.confirmedAt < TRUSTED_MS) return admit(key, at, trace);
      if (formOf(token) !== 'key') {
        const detail =
          'it begins like a virtual key, but its length or checksum is wrong: it was cut or mistyped';
        trace?.({ name: 'virtual key', ok: false, detail });
        throw unauthenticated('malformed', detail);
      }
      const refusal = key ? undefined : refused.get(digest, at);
      if (refusal) throw refused.errorFor(refusal.record, at, trace);
      if (!key && !reader.isReading(digest) && (reader.reading() >= MOST_READING || !flood.isOpen(at))) {
        throw tooMany('too many keys that do not exist were shown in a short time', trace);
      }
      return askForNew(digest, trace);
    },
    holds({ kind, principal }) {
      if (kind !== 'virtual-key' || principal.key === undefined) return false;
      const key = known.byName(principal.key);
      return (
        key?.proof !== undefined &&
        !isWithdrawn(key.record, now()) &&
        isDeepStrictEqual(key.proof.principal, principal)
      );
    },
    async close() {
      stopLooking?.();
      await reader.close();
      known.clear();
    },
  };
}

function repeatInBackground(work: () => void, everyMs: number): () => void {
  const timer = setInterval(work, everyMs).unref();
  return () => clearInterval(timer);
}
