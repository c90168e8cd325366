import type { KeyObject } from 'node:crypto';

/** Signature algorithms that may be taken at all, and are where configuration does not say: none with a shared secret, and never `none`. */
export const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** RSA keys with fewer bits can be broken, and RFC 7518, section 3.3, forbids them. */
export const MIN_RSA_BITS = 2048;
/** A larger one makes a signature check cost more than it should. */
export const MAX_RSA_BITS = 8192;

const CURVES: Readonly<Record<string, string>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
};

/** Whether a signature of this algorithm can be made with the private half of this key (RFC 8725, section 3.1). */
export function fitsAlgorithm(key: KeyObject, algorithm: string): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (/^[RP]S(256|384|512)$/.test(algorithm)) return type === 'rsa';
  if (algorithm === 'EdDSA' || algorithm === 'Ed25519') return type === 'ed25519';
  const curve = Object.hasOwn(CURVES, algorithm) ? CURVES[algorithm] : undefined;
  return curve !== undefined && type === 'ec' && details?.namedCurve === curve;
}

/** Two names of one algorithm (RFC 9864). */
export function isSameAlgorithm(one: string, other: string): boolean {
  const names = new Set([one, other]);
  return names.size === 1 || (names.has('EdDSA') && names.has('Ed25519'));
}
