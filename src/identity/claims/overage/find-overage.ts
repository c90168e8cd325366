import type { JsonObject } from '../../../catalog/json.ts';
import { isJsonObject } from '../../is-json-object.ts';
import { topOf } from '../find-claim.ts';

/**
 * How a token says that it does not list groups that the caller has (OpenID Connect Core, section 5.6.2; `hasgroups` of Entra ID
 * stands in the implicit flow). What it says about where they are is not read: no token chooses where we connect.
 *
 * @param paths of the claims that hold groups
 */
export function findOverage(claims: JsonObject, paths: readonly string[]): string | undefined {
  const { _claim_names: names, hasgroups } = claims;
  const wanted = new Set(paths.flatMap((path) => [path, path.split('.')[0], topOf(claims, path)]));
  if (isJsonObject(names)) {
    const absent = Object.keys(names).find((name) => wanted.has(name));
    if (absent !== undefined) return '_claim_names';
  }
  const isSaid = hasgroups === true || hasgroups === 'true' || hasgroups === 1;
  return isSaid && wanted.has('groups') && !Object.hasOwn(claims, 'groups') ? 'hasgroups' : undefined;
}
