import { hash as sha, timingSafeEqual } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { BailiwickError } from '../errors.ts';
import { configuredPrincipal } from './configured-principal.ts';
import type { KeySettings, PrincipalSettings } from './principal-settings.ts';
import type { Proof } from './proof.ts';
import type { TokenVerifier } from './token-verifier.ts';
import { unauthenticated } from './unauthenticated.ts';

/** Entropy of a key: as many bytes as the hash that stands for it. */
export const KEY_BYTES = 32;

/** A key goes by the first digits of its hash: enough to tell keys apart and to find one in the configuration. */
const KEY_NAME_DIGITS = 12;

/** A new key from 32 random bytes: `bw_` and their base64url form. It is shown once; configuration keeps {@link hashKey} of it. */
export function createKey(random: Uint8Array): string {
  if (random.byteLength !== KEY_BYTES) {
    throw new RangeError(`a key is made of ${KEY_BYTES} random bytes, not ${random.byteLength}`);
  }
  return `bw_${Buffer.from(random).toString('base64url')}`;
}

/**
 * What configuration stores for a key: `sha256:<64 hex digits>`.
 *
 * One round of plain SHA-256 is right here, and a password hash is not: slow, salted hashes make *guessable* secrets
 * costly to guess, while a key of 256 random bits cannot be guessed at any speed. It would only make every request slow
 * and hand an attacker a way to burn our CPU. For the same reason a key must be made by {@link createKey} or be as
 * random; a chosen password must not be used as one.
 */
export function hashKey(key: string): string {
  return `sha256:${sha('sha256', key)}`;
}

/** The keys of a configuration, checked. */
export interface StaticKeys {
  /** By four bytes of their digests. */
  readonly byPrefix: ReadonlyMap<string, readonly StoredKey[]>;
}

/**
 * @throws BailiwickError `CONFIGURATION` for a key that names no principal, a hash of another form, one key given twice,
 *   or an expiry that is no RFC 3339 date.
 */
export function toStaticKeys(options: {
  readonly keys: readonly KeySettings[];
  readonly principals: Readonly<Record<string, PrincipalSettings>>;
}): StaticKeys {
  const byPrefix = new Map<string, StoredKey[]>();
  for (const [index, settings] of options.keys.entries()) {
    const key = toStoredKey(settings, `identity.keys[${index}]`, options.principals);
    const neighbours = byPrefix.get(prefixOf(key.digest)) ?? [];
    if (neighbours.some((other) => other.digest.equals(key.digest))) {
      throw configurationError(`identity.keys[${index}]: the same hash is already given by an earlier key`);
    }
    byPrefix.set(prefixOf(key.digest), [...neighbours, key]);
  }
  return { byPrefix };
}

/**
 * A verifier of the configured keys.
 *
 * Keys are found by four bytes of their digest and accepted by comparing the whole digest in constant time. What timing
 * may show is a part of a SHA-256 value, which a caller can neither steer nor turn back into a key.
 */
export function createStaticKeyVerifier(): TokenVerifier {
  let keys: StaticKeys = { byPrefix: new Map() };
  return {
    name: 'keys of the configuration',
    use(settings) {
      keys = toStaticKeys(settings);
    },
    verify({ digest }, now, trace) {
      const key = keys.byPrefix
        .get(prefixOf(digest))
        ?.find((candidate) => timingSafeEqual(candidate.digest, digest));
      if (key === undefined) return undefined;
      const { principal } = key.proof;
      if (now >= key.proof.expiresAt) {
        throw unauthenticated(
          'expired-key',
          `the key of principal "${principal.subject}" (${key.where}) expired at ${new Date(key.proof.expiresAt).toISOString()}`,
        );
      }
      trace?.({ name: 'static key', ok: true, detail: `${key.where} is a key of ${principal.subject}` });
      return key.proof;
    },
    holds({ kind, principal, expiresAt }) {
      if (kind !== 'static-key') return false;
      const all = [...keys.byPrefix.values()].flat();
      // A key that is to end sooner than was said proves anew until when.
      return all.some(
        ({ proof }) => proof.expiresAt >= expiresAt && isDeepStrictEqual(proof.principal, principal),
      );
    },
    close: () => Promise.resolve(),
  };
}

interface StoredKey {
  readonly digest: Buffer;
  readonly proof: Proof;
  readonly where: string;
}

function toStoredKey(
  settings: KeySettings,
  where: string,
  principals: Readonly<Record<string, PrincipalSettings>>,
): StoredKey {
  const hex = /^sha256:([0-9a-f]{64})$/i.exec(settings.hash)?.[1];
  if (hex === undefined) {
    throw configurationError(
      `${where}.hash: expected "sha256:" and 64 hexadecimal digits, the hash of a key, never the key itself`,
    );
  }
  const principal = Object.hasOwn(principals, settings.principal)
    ? principals[settings.principal]
    : undefined;
  if (principal === undefined) {
    throw configurationError(
      `${where}.principal: identity.principals has no "${settings.principal}"; add it there or correct the name`,
    );
  }
  return {
    digest: Buffer.from(hex, 'hex'),
    proof: {
      principal: { ...configuredPrincipal(settings.principal, principal), key: toKeyName(settings.hash) },
      kind: 'static-key',
      expiresAt: expiryOf(settings, where),
    },
    where,
  };
}

/** What a key goes by in records and limits. `hash` is {@link hashKey} of it. */
export function toKeyName(hash: string): string {
  return hash.slice('sha256:'.length).slice(0, KEY_NAME_DIGITS).toLowerCase();
}

/**
 * The instant from which on a key is refused, in milliseconds since the epoch; `Infinity` where it does not expire.
 *
 * @throws BailiwickError `CONFIGURATION` for an expiry that is no RFC 3339 date.
 */
export function expiryOf(settings: KeySettings, where = 'identity.keys'): number {
  return settings.expires === undefined ? Infinity : toInstant(settings.expires, `${where}.expires`);
}

/** RFC 3339 `full-date` (midnight UTC) or `date-time`. A time without an offset is refused: it would mean another instant on every machine. */
function toInstant(text: string, where: string): number {
  const form = /^(\d{4}-\d{2}-\d{2})([Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2}))?$/.exec(text);
  const instant = form === null ? Number.NaN : Date.parse(text.replace(' ', 'T').toUpperCase());
  // Date.parse rolls 30 February over into March; the date alone, read back, tells.
  const day = form?.[1] ?? '';
  const exists = !Number.isNaN(instant) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  if (!exists) {
    throw configurationError(
      `${where}: "${text}" is no RFC 3339 date or date-time with an offset, like 2027-01-31 or 2027-01-31T18:00:00Z`,
    );
  }
  return instant;
}

function configurationError(message: string): BailiwickError {
  return new BailiwickError('CONFIGURATION', message);
}

function prefixOf(digestBytes: Buffer): string {
  return digestBytes.toString('hex', 0, 4);
}
