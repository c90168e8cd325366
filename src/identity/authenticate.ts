import type { BailiwickError } from '../errors.ts';
import type { Principal } from './principal.ts';
import type { VerifyKey } from './static-keys.ts';
import { CredentialError, unauthenticated } from './unauthenticated.ts';

/** The longest `Authorization` header that is looked at, in characters. */
export const MAX_AUTHORIZATION_LENGTH = 8192;

/** RFC 6750, section 2.1: the scheme in any case (RFC 9110, section 11.1), spaces, one `b64token`. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * Who calls, from the `Authorization` header.
 *
 * A credential that is presented is decided on its own: where it is bad, the call is refused even if the local principal
 * would have been available, so that a mistyped key never runs with other rights than the caller believes.
 *
 * @param options.authorization The header's value; `undefined` where the request has none.
 * @param options.local The local principal, where this request may have it (see `isLoopbackRequest`).
 * @param options.now Milliseconds since the epoch.
 * @throws BailiwickError `UNAUTHENTICATED`
 */
export function authenticate(options: {
  readonly authorization: string | undefined;
  readonly local: Principal | undefined;
  readonly verifyKey: VerifyKey;
  readonly now: number;
}): Principal {
  const { authorization, local, verifyKey, now } = options;
  if (authorization === undefined) {
    if (local !== undefined) return local;
    throw unauthenticated('missing', 'no Authorization header, and the local principal is not available');
  }
  return verifyKey(toBearerToken(authorization), now);
}

/**
 * The `WWW-Authenticate` value for an `UNAUTHENTICATED` error (RFC 6750, section 3). Where no credential was presented it
 * carries no error code, as section 3.1 asks; every bad credential gets the same `invalid_token`.
 *
 * @param options.resourceMetadata URL of the protected resource's metadata (RFC 9728, section 5.1).
 */
export function challenge(
  error: BailiwickError,
  options: { readonly resourceMetadata?: string } = {},
): string {
  const presented = !(error.cause instanceof CredentialError && error.cause.fault === 'missing');
  const parameters = [
    ['realm', 'bailiwick'],
    ...(presented
      ? [
          ['error', 'invalid_token'],
          ['error_description', 'the credential is not valid'],
        ]
      : []),
    ...(options.resourceMetadata === undefined ? [] : [['resource_metadata', options.resourceMetadata]]),
  ];
  return `Bearer ${parameters.map(([name, value]) => `${name}=${toQuotedString(value ?? '')}`).join(', ')}`;
}

function toBearerToken(authorization: string): string {
  if (authorization.length > MAX_AUTHORIZATION_LENGTH) {
    throw unauthenticated(
      'oversized',
      `the Authorization header has ${authorization.length} characters; the limit is ${MAX_AUTHORIZATION_LENGTH}`,
    );
  }
  const token = BEARER.exec(authorization)?.[1];
  if (token !== undefined) return token;
  if (/^bearer(\s|$)/i.test(authorization)) {
    throw unauthenticated('malformed', 'the Bearer scheme is not followed by exactly one token');
  }
  throw unauthenticated('not-bearer', 'the Authorization header uses another scheme than Bearer');
}

/** RFC 9110, section 5.6.4. What a header cannot carry is percent-encoded, as in a URL. */
function toQuotedString(text: string): string {
  const printable = text.toWellFormed().replace(/[^\x20-\x7e]/gu, encodeURIComponent);
  return `"${printable.replace(/["\\]/g, (character) => `\\${character}`)}"`;
}
