import { createPublicKey, hash as sha, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { JsonObject } from '../../catalog/json.ts';
import { isJsonObject } from '../is-json-object.ts';
import { ALGORITHMS, fitsAlgorithm, isSameAlgorithm, MAX_RSA_BITS, MIN_RSA_BITS } from './algorithms.ts';

/** A public key of an issuer. What was verified with it counts while it is in the set of its issuer. */
export interface SigningKey {
  /** Only a name to look up by: it is no path and no query of anything. */
  readonly kid: string | undefined;
  /** The one algorithm it is for, where the issuer says so. */
  readonly algorithm: string | undefined;
  readonly key: KeyObject;
  /** All that it is for. */
  readonly algorithms: ReadonlySet<string>;
  /** The same for the same key under the same name. */
  readonly identity: string;
  /** False once the issuer does not publish it any more. */
  isPublished: boolean;
}

/** The keys of one issuer that can be used, and why others cannot. */
export interface KeySet {
  readonly keys: readonly SigningKey[];
  readonly ignored: readonly string[];
}

/** More keys than any issuer needs. */
const MAX_KEYS = 100;

/**
 * Reads a JWK set (RFC 7517, section 5). Keys that cannot be used are left out, each with a reason.
 *
 * @throws Error where it is none
 */
export function readKeySet(document: unknown): KeySet {
  const list = isJsonObject(document) ? document['keys'] : undefined;
  if (!Array.isArray(list)) throw new Error('it is no JWK set: it has no list "keys"');
  if (list.length > MAX_KEYS) throw new Error(`it has ${list.length} keys; the limit is ${MAX_KEYS}`);
  const keys = new Map<string, SigningKey>();
  const ignored: string[] = [];
  for (const [index, entry] of list.entries()) {
    const key = readKey(entry);
    if (typeof key === 'string') ignored.push(`keys[${index}]: ${key}`);
    else keys.set(key.identity, key);
  }
  const twins = [...keys.values()].filter((key) => hasTwin(key, [...keys.values()]));
  for (const { kid } of twins) ignored.push(`several keys of one kind are called ${JSON.stringify(kid)}`);
  return { keys: [...keys.values()].filter((key) => !twins.includes(key)), ignored };
}

/** The keys that a token may be signed with, by what its header says. */
export function candidates(
  keys: readonly SigningKey[],
  algorithm: string,
  kid: string | undefined,
): SigningKey[] {
  return keys.filter((key) => (kid === undefined || key.kid === kid) && key.algorithms.has(algorithm));
}

function hasTwin(key: SigningKey, all: readonly SigningKey[]): boolean {
  return all.some(
    (other) =>
      other !== key &&
      key.kid !== undefined &&
      other.kid === key.kid &&
      other.algorithm === key.algorithm &&
      other.key.asymmetricKeyType === key.key.asymmetricKeyType,
  );
}

const PUBLIC_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};

/** @returns why it is left out, where it is */
function readKey(entry: unknown): SigningKey | string {
  if (!isJsonObject(entry)) return 'it is no object';
  const { kty, kid, alg } = entry;
  if (kid !== undefined && typeof kid !== 'string') return 'its "kid" is no text';
  if (alg !== undefined && typeof alg !== 'string') return 'its "alg" is no text';
  const members =
    typeof kty === 'string' && Object.hasOwn(PUBLIC_MEMBERS, kty) ? PUBLIC_MEMBERS[kty] : undefined;
  if (members === undefined)
    return `its "kty" is ${JSON.stringify(kty)}: no signatures are checked with that`;
  const misuse = findMisuse(entry);
  if (misuse !== undefined) return misuse;
  const jwk = Object.fromEntries([['kty', kty], ...members.map((name) => [name, entry[name]])]) as JsonWebKey;
  let key: KeyObject;
  try {
    key = createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return 'it is no valid key';
  }
  const weakness = findWeakness(key, alg);
  if (weakness !== undefined) return weakness;
  const identity = sha('sha256', JSON.stringify([kid, alg, jwk]));
  const algorithms = new Set(
    ALGORITHMS.filter(
      (name) => fitsAlgorithm(key, name) && (alg === undefined || isSameAlgorithm(alg, name)),
    ),
  );
  return { kid, algorithm: alg, key, algorithms, identity, isPublished: true };
}

function findMisuse(entry: JsonObject): string | undefined {
  if ('d' in entry || 'k' in entry) return 'it is a secret one, which an issuer must not show';
  if (entry['use'] !== undefined && entry['use'] !== 'sig') return 'its "use" is not "sig"';
  const operations = entry['key_ops'];
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return 'its "key_ops" have no "verify"';
  }
  return undefined;
}

function findWeakness(key: KeyObject, algorithm: string | undefined): string | undefined {
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && (modulusLength < MIN_RSA_BITS || modulusLength > MAX_RSA_BITS)) {
    return `it has ${modulusLength} bits; ${MIN_RSA_BITS} to ${MAX_RSA_BITS} are taken`;
  }
  if (publicExponent !== undefined && (publicExponent < 3n || publicExponent % 2n === 0n)) {
    return 'its exponent is weak';
  }
  const fitting = ALGORITHMS.filter((name) => fitsAlgorithm(key, name));
  if (fitting.length === 0) return 'no algorithm that is taken is for it';
  return algorithm === undefined || fitting.some((name) => isSameAlgorithm(name, algorithm))
    ? undefined
    : `its "alg" is ${JSON.stringify(algorithm)}, which is not for such a key`;
}
