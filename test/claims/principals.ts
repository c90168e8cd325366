import { readFile } from 'node:fs/promises';
import type { JsonObject } from '../../src/catalog/json.ts';
import { toPrincipal, type ClaimsContext } from '../../src/identity/claims/to-principal.ts';
import { IssuerSettings } from '../../src/identity/issuers/settings.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { NOW } from '../identity/fixtures.ts';

/** The claims of a token in the shape in which a provider makes it. */
export async function fixture(name: string): Promise<JsonObject> {
  return JSON.parse(await readFile(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as JsonObject;
}

/** Settings of an issuer, as a file of configuration would have them. */
export function issuerOf(issuer: string, settings: object): IssuerSettings {
  return IssuerSettings.parse({ issuer, ...settings });
}

/** Who these claims name; by default of the issuer and for the audience that they name themselves. */
export async function principalOf(
  claims: JsonObject,
  settings: object,
  context: Partial<ClaimsContext> = {},
): Promise<Principal> {
  const { iss, aud } = claims;
  const own = 'issuer' in settings ? settings : { issuer: iss ?? 'https://login.example.com', ...settings };
  const audience = Array.isArray(aud) ? aud[0] : aud;
  const all = IssuerSettings.parse({ ...(audience !== undefined && { audience }), ...own });
  return toPrincipal(all, claims, { now: NOW, ...context });
}
