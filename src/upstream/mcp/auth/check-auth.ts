import { createAssertionSigner } from './client-assertion.ts';
import type { ClientSettings } from './request-token.ts';
import type { McpAuthSettings } from './settings.ts';

/** @throws BailiwickError `CONFIGURATION` for a private key that cannot be read, or does not fit its algorithm. */
export function checkAuth(source: string, auth: McpAuthSettings): void {
  const at = `sources.${source}.mcp.auth`;
  if ('clientCredentials' in auth) checkKey(`${at}.clientCredentials`, auth.clientCredentials);
  if ('tokenExchange' in auth) checkKey(`${at}.tokenExchange`, auth.tokenExchange);
  if ('assertion' in auth) {
    checkKey(`${at}.assertion`, auth.assertion);
    checkKey(`${at}.assertion.identityProvider`, auth.assertion.identityProvider);
  }
}

function checkKey(setting: string, { privateKey, algorithm, keyId }: ClientSettings): void {
  if (privateKey !== undefined) createAssertionSigner(setting, { privateKey, algorithm, keyId });
}
