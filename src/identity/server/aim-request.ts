import type { IncomingMessage } from 'node:http';
import { BASE_SCOPE } from './scopes.ts';

/** Parameters of an authorization request that mean something here. Others are passed over (RFC 6749, section 3.1). */
const PARAMETERS = new Set([
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'dpop_jkt',
  'login_hint',
  'prompt',
  'redirect_uri',
  'request',
  'request_uri',
  'resource',
  'response_mode',
  'response_type',
  'scope',
  'state',
]);

/**
 * Gives a request to oidc-provider as one to the issuer, whatever `Host` it was sent to and whatever proxies it says it came
 * through: every URL that is built is then below the base URL.
 *
 * @param url path and query below the base URL
 * @param sessionCookie left out: nobody is remembered between sign-ins
 */
export function aimRequest(
  request: IncomingMessage,
  { baseUrl, url, sessionCookie }: { baseUrl: string; url: string; sessionCookie: string },
): void {
  const { protocol, host, pathname } = new URL(baseUrl);
  const { headers } = request;
  delete headers['x-forwarded-for'];
  headers['x-forwarded-proto'] = protocol.slice(0, -1);
  headers['x-forwarded-host'] = host;
  if (headers.cookie !== undefined) {
    headers.cookie = headers.cookie
      .split(';')
      .filter((pair) => !pair.trim().startsWith(sessionCookie))
      .join(';');
  }
  request.url = url;
  Object.assign(request, { originalUrl: `${pathname.replace(/\/$/, '')}${url}` });
}

/**
 * The target of an authorization request as oidc-provider takes it: what every request asks for besides, and without what is for
 * OpenID providers.
 */
export function tidyAuthorizationRequest(search: string): string {
  const given = new URLSearchParams(search);
  const tidied = new URLSearchParams([...given].filter(([name]) => PARAMETERS.has(name)));
  if (tidied.getAll('scope').length <= 1) {
    const asked = (tidied.get('scope') ?? '').split(' ').filter((name) => name !== '' && name !== 'openid');
    tidied.set('scope', [...new Set([BASE_SCOPE, ...asked])].join(' '));
  }
  // Consent is always asked for; without saying so, `offline_access` would be passed over.
  if (tidied.getAll('prompt').length <= 1 && tidied.get('prompt') !== 'none') tidied.set('prompt', 'consent');
  const mode = tidied.get('response_mode');
  if (mode !== null && mode !== 'query') tidied.set('response_mode', 'unsupported');
  return `?${tidied.toString()}`;
}
