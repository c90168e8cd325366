import type { Json, JsonObject } from '../../catalog/json.ts';
import { quote, quoteAny, type Finding } from './finding.ts';

/** The audiences that a token may be for, and where that is written. */
export interface AcceptedAudience {
  /** None: nobody knows what this server is called, and no token is taken. */
  readonly values: readonly string[];
  /** The setting: `identity.issuers[0].audience`. */
  readonly where: string;
}

/** RFC 7519, section 4.1.3, and RFC 8707: a token for another server is not ours to take. */
export function checkAudience(claims: JsonObject, accepted: AcceptedAudience): Finding | undefined {
  const { values, where } = accepted;
  if (values.length === 0) {
    return {
      fault: 'audience',
      detail: `no audience is known that tokens have to be for: set ${where}, or server.publicUrl`,
    };
  }
  const { aud } = claims;
  const named = Array.isArray(aud) ? aud : [aud];
  if (named.some((value) => typeof value === 'string' && values.includes(value))) return undefined;
  const said =
    aud === undefined ? 'nobody in particular: it has no "aud"' : named.map(quote).slice(0, 5).join(', ');
  return {
    fault: 'audience',
    detail: `the token is for ${said}; this server takes ${quoteAny(values)} (${where})`,
  };
}

/** Instants of a token, in milliseconds since the epoch. */
export interface TokenTimes {
  /** From then on it counts no more, with the allowance for the clocks. */
  readonly expiresAt: number;
  readonly issuedAt: number | undefined;
}

/** The latest NumericDate that is one in seconds; a larger one is in milliseconds. */
const MAX_SECONDS = 100_000_000_000;

/** `exp`, `nbf` and `iat` (RFC 7519, section 4.1). `exp` has to be there. */
export function checkTimes(
  claims: JsonObject,
  { now, skewMs }: { readonly now: number; readonly skewMs: number },
): Finding | TokenTimes {
  const { exp, nbf, iat } = claims;
  for (const [name, value] of Object.entries({ exp, nbf, iat })) {
    if (value === undefined && name !== 'exp') continue;
    if (value === undefined)
      return { fault: 'claims', detail: 'the token has no "exp": it would never expire' };
    if (typeof value !== 'number' || value < 0 || value > MAX_SECONDS) {
      return { fault: 'claims', detail: `"${name}" is ${quote(value)}; it has to be seconds since 1970` };
    }
  }
  const [expires, from, issued] = [exp, nbf, iat].map((value) => toMilliseconds(value));
  const expiresAt = expires! + skewMs;
  const clock = `it is ${toText(now)} here, and clocks may be ${skewMs / 1000} s apart`;
  if (now >= expiresAt)
    return { fault: 'expired', detail: `the token expired at ${toText(expires!)}; ${clock}` };
  if (from !== undefined && now + skewMs < from) {
    return { fault: 'not-yet-valid', detail: `the token is valid from ${toText(from)} on; ${clock}` };
  }
  if (issued !== undefined && now + skewMs < issued) {
    return { fault: 'not-yet-valid', detail: `the token was issued at ${toText(issued)}; ${clock}` };
  }
  if (issued !== undefined && issued > expires!) {
    return { fault: 'claims', detail: `the token was issued at ${toText(issued)}, after it expired` };
  }
  return { expiresAt, issuedAt: issued };
}

export function isFinding(value: object | undefined): value is Finding {
  return value !== undefined && 'fault' in value;
}

/** RFC 7519, section 4.1.2. Control characters have no place in what is logged, recorded and compared. */
export function checkSubject(claims: JsonObject): Finding | undefined {
  const { sub } = claims;
  if (typeof sub === 'string' && isPlainText(sub)) return undefined;
  const detail =
    sub === undefined
      ? 'the token has no "sub": it says of nobody who that is'
      : `"sub" is ${quote(sub)}; it has to be a text of 1 to ${MAX_SUBJECT_LENGTH} characters without control characters`;
  return { fault: 'claims', detail };
}

const MAX_SUBJECT_LENGTH = 512;

function isPlainText(text: string): boolean {
  return text.length > 0 && text.length <= MAX_SUBJECT_LENGTH && text.isWellFormed() && !/\p{Cc}/u.test(text);
}

function toMilliseconds(seconds: Json | undefined): number | undefined {
  return typeof seconds === 'number' ? Math.floor(seconds * 1000) : undefined;
}

export function toText(instant: number): string {
  return new Date(instant).toISOString();
}
