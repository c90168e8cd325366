import type { AuthorizationServerMetadata, FetchLike } from '@modelcontextprotocol/client';
import { isProtected } from './settings.ts';
import type { SignIn } from './sign-ins.ts';

/** Tells the authorization server that a sign-in is over (RFC 7009), where it takes that. True where it said yes. */
export async function revokeTokens(
  signIn: SignIn,
  metadata: AuthorizationServerMetadata,
  fetch: FetchLike,
): Promise<boolean> {
  const endpoint = 'revocation_endpoint' in metadata ? metadata.revocation_endpoint : undefined;
  if (typeof endpoint !== 'string' || !isProtected(new URL(endpoint))) return false;
  const { client, accessToken, refreshToken } = signIn;
  const tokens = [
    ...(refreshToken === undefined ? [] : [['refresh_token', refreshToken] as const]),
    ['access_token', accessToken] as const,
  ];
  let isRevoked = true;
  for (const [hint, token] of tokens) {
    const body = new URLSearchParams({ token, token_type_hint: hint });
    const headers: Record<string, string> = { accept: 'application/json' };
    if (client.client_secret === undefined) body.set('client_id', client.client_id);
    else headers['authorization'] = `Basic ${toBasic(client.client_id, client.client_secret)}`;
    const response = await fetch(endpoint, { method: 'POST', headers, body });
    isRevoked &&= response.ok;
  }
  return isRevoked;
}

/** `client_secret_basic`: each part is form-encoded before they are joined (RFC 6749 §2.3.1). */
export function toBasic(clientId: string, clientSecret: string): string {
  return Buffer.from(`${toForm(clientId)}:${toForm(clientSecret)}`).toString('base64');
}

function toForm(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
