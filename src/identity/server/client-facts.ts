import type { ClientFacts } from './page.ts';
import type { AuthorizationServerSettings } from './settings.ts';

/** What people are told about a program that asks for their consent. */
export function toClientFacts(
  client: { readonly clientId: string; readonly clientName?: string | undefined },
  redirectUri: string,
  settings: AuthorizationServerSettings,
): ClientFacts {
  const { clientId, clientName } = client;
  const isConfigured = settings.clients.some(({ id }) => id === clientId);
  const { protocol, host, hostname } = new URL(redirectUri);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  return {
    id: clientId,
    ...(clientName !== undefined && clientName !== '' && { name: clientName }),
    origin: isConfigured ? 'configured' : /^https:/i.test(clientId) ? 'document' : 'registered',
    redirectHost: isWeb ? host : protocol,
    isOnThisMachine: !isWeb || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname),
  };
}
