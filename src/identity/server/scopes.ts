import type { Principal } from '../principal.ts';
import type { AuthorizationServerSettings } from './settings.ts';

/** What every token holds, whatever else it opens: that its bearer may speak to the endpoint at all. */
export const BASE_SCOPE = 'mcp';

/** Scopes that a person can give to a program. */
export function scopesOf(
  settings: AuthorizationServerSettings,
  principal: Principal,
  login: 'key' | 'provider',
): string[] {
  const opened =
    login === 'key'
      ? []
      : Object.entries(settings.scopes)
          .filter(([, { groups }]) => !groups || groups.some((group) => principal.groups.includes(group)))
          .map(([name]) => name);
  return [...new Set([...principal.scopes, ...opened])].toSorted();
}

/** Scopes that were asked for, without those that have a meaning of their own. */
export function askedScopes(scope: unknown): string[] {
  if (typeof scope !== 'string') return [];
  return [...new Set(scope.split(' '))].filter(
    (name) => name !== '' && !['openid', 'offline_access', BASE_SCOPE].includes(name),
  );
}

/** Of what was asked for, what is given and what is not. Who asks for nothing in particular gets what there is. */
export function divideScopes(
  asked: readonly string[],
  available: readonly string[],
): { readonly given: string[]; readonly withheld: string[] } {
  if (asked.length === 0) return { given: [...available], withheld: [] };
  return {
    given: asked.filter((name) => available.includes(name)),
    withheld: asked.filter((name) => !available.includes(name)),
  };
}
