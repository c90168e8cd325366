import { entra } from './presets/entra.ts';
import { google } from './presets/google.ts';
import { keycloak } from './presets/keycloak.ts';
import { kubernetes } from './presets/kubernetes.ts';
import { okta } from './presets/okta.ts';
import type { Preset } from './presets/preset.ts';
import type { ClaimsSettings } from './settings.ts';

/** RFC 9068, which is what an issuer without a preset is taken to follow. */
const STANDARD: Preset = {
  subject: 'sub',
  scopes: () => ['scope', 'scp'],
  groups: () => ['groups'],
  team: [],
  client: ['client_id', 'azp'],
  isVolatile: () => false,
};

const PRESETS: Readonly<Record<NonNullable<ClaimsSettings['preset']>, Preset>> = {
  entra,
  okta,
  keycloak,
  google,
  kubernetes,
};

export function presetOf({ preset }: ClaimsSettings): Preset {
  return preset === undefined ? STANDARD : PRESETS[preset];
}
