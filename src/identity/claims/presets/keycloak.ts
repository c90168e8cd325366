import type { Preset } from './preset.ts';

/** About one sign-in, one client or one address; or what became groups. */
const VOLATILE = new Set(
  'typ allowed-origins trusted-certs realm_access resource_access clientHost clientAddress'.split(' '),
);

/**
 * Keycloak. Groups are the groups (`/team-a`), the roles of the realm, and the roles of those clients that are the audience here.
 */
export const keycloak: Preset = {
  subject: 'sub',
  scopes: () => ['scope'],
  groups: (_, audiences) => [
    'groups',
    'realm_access.roles',
    ...audiences.map((audience) => `resource_access.${audience}.roles`),
  ],
  team: [],
  client: ['azp', 'client_id'],
  isVolatile: (name) => VOLATILE.has(name),
};
