import type { Json, JsonObject } from '../../catalog/json.ts';
import { unauthenticated } from '../unauthenticated.ts';
import { findClaim } from './find-claim.ts';
import { kindOf, quote } from './read-texts.ts';
import type { ClaimsSettings } from './settings.ts';

/**
 * A claim that is a list has any of its members. Values are equal only with their type, as in a policy.
 *
 * @throws BailiwickError `UNAUTHENTICATED` with the fault `claims` where a claim is absent or holds another value
 */
export function requireClaims(claims: JsonObject, required: ClaimsSettings['require']): void {
  for (const [path, wanted] of Object.entries(required)) {
    const value = findClaim(claims, path);
    const held: readonly (Json | undefined)[] = Array.isArray(value) ? value : [value];
    const accepted: readonly Json[] = Array.isArray(wanted) ? wanted : [wanted];
    if (held.some((one) => one !== undefined && accepted.includes(one))) continue;
    throw unauthenticated(
      'claims',
      `\`require\` wants the claim ${quote(path)} to be ${accepted.map((one) => JSON.stringify(one)).join(' or ')}; ${tell(value)}`,
    );
  }
}

function tell(value: Json | undefined): string {
  if (value === undefined) return 'the token does not have it';
  return typeof value === 'object'
    ? `the token has ${kindOf(value)} without it`
    : `the token has ${typeof value === 'string' ? quote(value) : String(value)}`;
}
