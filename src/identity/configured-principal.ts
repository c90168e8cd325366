import type { PrincipalSettings } from './principal-settings.ts';
import type { Principal } from './principal.ts';

/** The principal that an entry of `identity.principals` describes: who a static key, or the command line's `--as`, speaks for. */
export function configuredPrincipal(name: string, settings: PrincipalSettings): Principal {
  return toPrincipal('config', name, settings);
}

/** A principal with these settings, vouched for by `issuer`. */
export function toPrincipal(issuer: string, subject: string, settings: PrincipalSettings): Principal {
  const { scopes, groups, team, client, claims } = settings;
  return {
    issuer,
    subject,
    scopes,
    groups,
    ...(team !== undefined && { team }),
    ...(client !== undefined && { client }),
    claims,
  };
}
