import type { BailiwickError } from '../errors.ts';
import { faultOf } from './unauthenticated.ts';

export interface ChallengeFacts {
  /** URL of the protected resource's metadata (RFC 9728, section 5.1). */
  readonly resourceMetadata?: string | undefined;
  /** Scopes to ask for (RFC 6750, section 3). */
  readonly scopes?: readonly string[] | undefined;
  /** Signature algorithms of DPoP proofs; absent or empty: tokens that are bound to a key are not taken. */
  readonly dpopAlgorithms?: readonly string[] | undefined;
  /** The request used the scheme DPoP. */
  readonly isDpop?: boolean;
}

/**
 * The `WWW-Authenticate` value for an `UNAUTHENTICATED` or `INSUFFICIENT_SCOPE` error (RFC 6750, section 3). Where no credential
 * was presented it carries no error code, as section 3.1 asks; every bad credential gets the same `invalid_token`. Where tokens may
 * be bound to keys there is a second challenge (RFC 9449, section 7.1), and what is wrong is told in that of the scheme that was used;
 * Bearer comes first, because some clients read the first one only.
 */
export function challenge(error: BailiwickError, facts: ChallengeFacts = {}): string {
  const { resourceMetadata, scopes = [], dpopAlgorithms = [], isDpop = false } = facts;
  const problem = problemOf(error);
  const shared: Parameter[] = [
    ...(scopes.length === 0 ? [] : [['scope', scopes.join(' ')] as const]),
    ...(resourceMetadata === undefined ? [] : [['resource_metadata', resourceMetadata] as const]),
  ];
  const hasDpop = dpopAlgorithms.length > 0;
  const bearer = toChallenge('Bearer', [...(isDpop && hasDpop ? [] : problem), ...shared]);
  // Who lacks but a scope knows how to send its token.
  if (!hasDpop || (error.code === 'INSUFFICIENT_SCOPE' && !isDpop)) return bearer;
  const algorithms: Parameter = ['algs', dpopAlgorithms.join(' ')];
  return `${bearer}, ${toChallenge('DPoP', [...(isDpop ? problem : []), algorithms, ...shared])}`;
}

type Parameter = readonly [name: string, value: string];

function problemOf(error: BailiwickError): readonly Parameter[] {
  if (error.code === 'INSUFFICIENT_SCOPE') {
    return [
      ['error', 'insufficient_scope'],
      ['error_description', 'a further scope is needed'],
    ];
  }
  const fault = faultOf(error);
  if (fault === 'missing') return [];
  if (fault === 'proof-nonce') {
    return [
      ['error', 'use_dpop_nonce'],
      ['error_description', 'the proof needs the nonce that DPoP-Nonce brings'],
    ];
  }
  if (fault === 'proof-of-possession') {
    return [
      ['error', 'invalid_dpop_proof'],
      ['error_description', 'the proof that the key of the token is held is not valid'],
    ];
  }
  return [
    ['error', 'invalid_token'],
    ['error_description', 'the credential is not valid'],
  ];
}

function toChallenge(scheme: string, parameters: readonly Parameter[]): string {
  const all: readonly Parameter[] = [['realm', 'bailiwick'], ...parameters];
  return `${scheme} ${all.map(([name, value]) => `${name}=${toQuotedString(value)}`).join(', ')}`;
}

/** RFC 9110, section 5.6.4. What a header cannot carry is percent-encoded, as in a URL. */
function toQuotedString(text: string): string {
  const printable = text.toWellFormed().replace(/[^\x20-\x7e]/gu, encodeURIComponent);
  return `"${printable.replace(/["\\]/g, (character) => `\\${character}`)}"`;
}
