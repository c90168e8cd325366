import { hash as sha } from 'node:crypto';
import { unauthenticated } from './unauthenticated.ts';

/** The longest `Authorization` header that is looked at, in characters. */
export const MAX_AUTHORIZATION_LENGTH = 16_384;

/** What an `Authorization` header holds. It is not to be logged. */
export interface Credential {
  readonly scheme: 'Bearer' | 'DPoP';
  readonly token: string;
  /** SHA-256 of the token. */
  readonly digest: Buffer;
}

/** RFC 6750, section 2.1, and RFC 9449, section 7.1: the scheme in any case (RFC 9110, section 11.1), spaces, one token. */
const FORM = /^(bearer|dpop) +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * What a header in the usual spelling holds, before anybody looked whether that is a token: enough to find by its digest what was
 * verified before, and for nothing else.
 */
export function guessCredential(authorization: string): Credential | undefined {
  if (authorization.length > MAX_AUTHORIZATION_LENGTH || !authorization.startsWith('Bearer '))
    return undefined;
  const token = authorization.slice('Bearer '.length);
  return { scheme: 'Bearer', token, digest: sha('sha256', token, 'buffer') };
}

/**
 * @param guess what {@link guessCredential} made of the same header
 * @throws BailiwickError `UNAUTHENTICATED` for a header that holds no token
 */
export function readCredential(authorization: string, guess?: Credential): Credential {
  if (authorization.length > MAX_AUTHORIZATION_LENGTH) {
    throw unauthenticated(
      'oversized',
      `the Authorization header has ${authorization.length} characters; the limit is ${MAX_AUTHORIZATION_LENGTH}`,
    );
  }
  const [, scheme, token] = FORM.exec(authorization) ?? [];
  if (scheme !== undefined && token !== undefined) {
    return {
      scheme: scheme.length === 'DPoP'.length ? 'DPoP' : 'Bearer',
      token,
      digest: guess?.token === token ? guess.digest : sha('sha256', token, 'buffer'),
    };
  }
  if (/^(bearer|dpop)(\s|$)/i.test(authorization)) {
    throw unauthenticated('malformed', 'the scheme is not followed by exactly one token');
  }
  throw unauthenticated('other-scheme', 'the Authorization header uses another scheme than Bearer and DPoP');
}
