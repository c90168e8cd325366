import type { Preset } from './preset.ts';

/** Okta, access tokens of a custom authorization server. Those of the organization's own server are opaque to everybody else. */
export const okta: Preset = {
  subject: 'sub',
  scopes: () => ['scp'],
  groups: () => ['groups'],
  team: [],
  client: ['cid'],
  isVolatile: () => false,
};
