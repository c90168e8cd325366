import { createPrivateKey, randomUUID, sign, type KeyObject } from 'node:crypto';
import { BailiwickError } from '../../../errors.ts';

/** How a client signs (RFC 7518 §3.1, RFC 8037). */
export interface AssertionKey {
  /** PEM. */
  readonly privateKey: string;
  readonly algorithm?: string | undefined;
  readonly keyId?: string | undefined;
}

export interface AssertionClaims {
  readonly clientId: string;
  readonly audience: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** RFC 7523 §3: short, since it is made anew for each request. */
const LIFETIME_SECONDS = 120;

export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Signs assertions by which a client authenticates (`private_key_jwt`, OpenID Connect Core §9, RFC 7523 §2.2).
 *
 * @throws BailiwickError `CONFIGURATION` for a key that cannot be read, or does not fit the algorithm.
 */
export function createAssertionSigner(
  setting: string,
  given: AssertionKey,
): (claims: AssertionClaims) => string {
  const key = readKey(setting, given.privateKey);
  const algorithm = given.algorithm ?? usualAlgorithm(key);
  if (!fits(key, algorithm)) {
    throw new BailiwickError(
      'CONFIGURATION',
      `${setting}.algorithm: ${algorithm ?? 'no algorithm'} does not fit a key of the kind ${key.asymmetricKeyType}`,
    );
  }
  const header = encode({
    alg: algorithm,
    typ: 'JWT',
    ...(given.keyId !== undefined && { kid: given.keyId }),
  });
  return ({ clientId, audience, now }) => {
    const seconds = Math.floor(now / 1000);
    const body = encode({
      iss: clientId,
      sub: clientId,
      aud: audience,
      iat: seconds,
      exp: seconds + LIFETIME_SECONDS,
      jti: randomUUID(),
    });
    const signed = `${header}.${body}`;
    return `${signed}.${signWith(key, algorithm ?? '', signed).toString('base64url')}`;
  };
}

function readKey(setting: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new BailiwickError(
      'CONFIGURATION',
      `${setting}.privateKey is no private key in PEM without a passphrase`,
    );
  }
}

const CURVES: Readonly<Record<string, string>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
};

function usualAlgorithm(key: KeyObject): string | undefined {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === 'ec') return Object.keys(CURVES).find((name) => CURVES[name] === curve);
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  return key.asymmetricKeyType === 'rsa-pss' ? 'PS256' : 'RS256';
}

function fits(key: KeyObject, algorithm = ''): boolean {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return /^[RP]S/.test(algorithm);
    case 'rsa-pss':
      return algorithm.startsWith('PS');
    case 'ec':
      return CURVES[algorithm] !== undefined && CURVES[algorithm] === key.asymmetricKeyDetails?.namedCurve;
    case 'ed25519':
      return algorithm === 'EdDSA';
    default:
      return false;
  }
}

function signWith(key: KeyObject, algorithm: string, text: string): Buffer {
  const data = Buffer.from(text);
  const hash = `sha${algorithm.slice(2)}`;
  if (algorithm === 'EdDSA') return sign(null, data, key);
  if (algorithm.startsWith('ES')) return sign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
  if (algorithm.startsWith('PS')) {
    // RSA_PKCS1_PSS_PADDING, with a salt as long as the hash (RFC 7518 §3.5).
    return sign(hash, data, { key, padding: 6, saltLength: Number(algorithm.slice(2)) / 8 });
  }
  return sign(hash, data, key);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
