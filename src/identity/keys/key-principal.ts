import { configuredPrincipal, toPrincipal } from '../configured-principal.ts';
import type { PrincipalSettings } from '../principal-settings.ts';
import type { Principal } from '../principal.ts';
import type { KeyRecord } from './key-record.ts';

/**
 * Whom a key speaks for, with the principals of the configuration as they are now. A key narrows the scopes of such a
 * principal and never adds one. `undefined` where it speaks for one that the configuration does not name any more.
 */
export function keyPrincipal(
  record: KeyRecord,
  principals: Readonly<Record<string, PrincipalSettings>>,
): Principal | undefined {
  const { name: key, principal: name, scopes, groups = [], team, client, claims = {} } = record;
  if (record.issuer === 'keys') {
    return { ...toPrincipal('keys', name, { scopes: scopes ?? [], groups, team, client, claims }), key };
  }
  const settings = Object.hasOwn(principals, name) ? principals[name] : undefined;
  if (settings === undefined) return undefined;
  const principal = configuredPrincipal(name, settings);
  if (scopes === undefined) return { ...principal, key };
  return { ...principal, scopes: principal.scopes.filter((scope) => scopes.includes(scope)), key };
}
