import type { JsonObject } from '../../../catalog/json.ts';
import type { Preset } from './preset.ts';

/** About one sign-in, one device or one token; `xms_` is what Microsoft keeps for itself. */
const VOLATILE = new Set(
  [
    'uti aio rh ipaddr acrs signin_state in_corp platf deviceid login_hint',
    'appidacr azpacr pwd_exp pwd_url hasgroups roles',
  ].flatMap((names) => names.split(' ')),
);

/**
 * Microsoft Entra ID, access tokens of version 1.0 and 2.0.
 *
 * The subject is `oid`: `sub` is another one for each application, and no administrator can look it up. `scp` is what a user
 * lets a program do. `roles` are app roles: of a program that acts on its own its permissions, so scopes; of a user what the user
 * is, so groups. To call them scopes there too would give a program more than its user let it do.
 */
export const entra: Preset = {
  subject: 'oid',
  scopes: (claims) => (isAppOnly(claims) ? ['roles'] : ['scp']),
  groups: (claims) => (isAppOnly(claims) ? ['groups'] : ['groups', 'roles']),
  team: [],
  client: ['azp', 'appid'],
  isVolatile: (name) => VOLATILE.has(name) || name.startsWith('xms_'),
};

/**
 * Whether a program shows a token of its own. `idtyp` says so where the application asks for that claim; without it, such a token
 * has no `scp`, and its `sub` is its `oid`, which tells it from the ID token of a user.
 */
function isAppOnly({ idtyp, scp, sub, oid }: JsonObject): boolean {
  return idtyp === undefined ? scp === undefined && sub === oid : idtyp === 'app';
}
