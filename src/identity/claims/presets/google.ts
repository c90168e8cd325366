import type { Preset } from './preset.ts';

/** Google, ID tokens: no scopes and no groups, so policy goes by `hd` and `email`. */
export const google: Preset = {
  subject: 'sub',
  scopes: () => [],
  groups: () => [],
  team: [],
  client: ['azp'],
  isVolatile: (name) => name === 'picture',
};
