import type { Json, JsonObject } from '../../catalog/json.ts';
import { isJsonObject } from '../is-json-object.ts';
import { unauthenticated } from '../unauthenticated.ts';
import { findClaim, topOf } from './find-claim.ts';
import { quote } from './read-texts.ts';

/**
 * Claims that no principal keeps unless it is told to. What differs from token to token of one caller would make another caller
 * of it with each token: its view would be computed anew, and its session would not be its own any more.
 */
const NOT_KEPT: ReadonlySet<string> = new Set(
  [
    // RFC 7519, section 4.1: what was checked, and who it is.
    'iss sub aud exp nbf iat jti',
    // RFC 6749, RFC 9068, RFC 7800, RFC 8693: what the principal says elsewhere, or what the token is bound to.
    'scope scp cnf act may_act',
    // OpenID Connect Core, sections 2, 3.1.3.6 and 5.6: about one sign-in, or about one token.
    'sid session_state auth_time nonce acr amr at_hash c_hash s_hash updated_at _claim_names _claim_sources',
    'urn:openid:params:jwt:claim:rt_hash',
    // RFC 7662, section 2.2, and transaction tokens.
    'active token_type txn',
  ].flatMap((names) => names.split(' ')),
);

/** As deep may claims nest. */
const MAX_DEPTH = 16;

/**
 * The claims that policies may ask for.
 *
 * @param keep which, each under the name that it is asked for with. Absent: all but those that are another in each token
 * @param lists paths of what became scopes and groups, which are sorted there
 * @param isVolatile further claims that are another in each token of this provider
 */
export function keepClaims(
  claims: JsonObject,
  options: {
    readonly keep: readonly string[] | undefined;
    readonly lists: readonly string[];
    readonly isVolatile: (name: string) => boolean;
  },
): JsonObject {
  const { keep, lists, isVolatile } = options;
  if (keep) {
    return Object.fromEntries(
      keep.flatMap((path) => {
        const value = findClaim(claims, path);
        return value === undefined ? [] : [[path, value]];
      }),
    );
  }
  const used = new Set(lists.map((path) => topOf(claims, path)));
  return Object.fromEntries(
    Object.entries(claims).filter(([name]) => !NOT_KEPT.has(name) && !used.has(name) && !isVolatile(name)),
  );
}

/**
 * @throws BailiwickError `UNAUTHENTICATED` with the fault `claims` for claims that nest too deep, or have a name that is none in
 *   JavaScript: nobody means well with either
 */
export function requireSane(value: Json, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) {
    throw unauthenticated('claims', `the claims nest deeper than ${MAX_DEPTH} levels`);
  }
  if (isJsonObject(value) && Object.hasOwn(value, '__proto__')) {
    throw unauthenticated('claims', `a claim is called ${quote('__proto__')}`);
  }
  for (const item of Object.values(value)) requireSane(item, depth + 1);
}
