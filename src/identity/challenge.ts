import type { BailiwickError } from '../errors.ts';
import { faultOf } from './unauthenticated.ts';

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
  const presented = faultOf(error) !== 'missing';
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

/** RFC 9110, section 5.6.4. What a header cannot carry is percent-encoded, as in a URL. */
function toQuotedString(text: string): string {
  const printable = text.toWellFormed().replace(/[^\x20-\x7e]/gu, encodeURIComponent);
  return `"${printable.replace(/["\\]/g, (character) => `\\${character}`)}"`;
}
