import {
  discoverAuthorizationServerMetadata,
  exchangeAuthorization,
  registerClient,
  startAuthorization,
} from '@modelcontextprotocol/client';
import { expect, onTestFinished, test } from 'vitest';
import { startEnterpriseProvider } from '../sign-in/support/enterprise-provider.ts';
import { REDIRECT_URL } from '../sign-in/support/oauth-client.ts';
import { createPerson } from '../sign-in/support/person.ts';
import { identityOf, issuerAt, RESOURCE } from './introspected.ts';

test('opaque tokens of a real provider: who has them, for whom they are, and that they end when they are revoked', async () => {
  const provider = await startEnterpriseProvider({ accessTokens: 'opaque', scopes: ['notes:read'] });
  onTestFinished(() => provider[Symbol.asyncDispose]());
  const { issuer, client } = provider;
  const metadata = await discoverAuthorizationServerMetadata(issuer);
  if (!metadata) throw new Error('it has no metadata');
  const clientInformation = await registerClient(issuer, {
    metadata,
    clientMetadata: {
      redirect_uris: [REDIRECT_URL],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    },
  });
  const signIn = async (resource: string) => {
    const { authorizationUrl, codeVerifier } = await startAuthorization(issuer, {
      metadata,
      clientInformation,
      redirectUrl: REDIRECT_URL,
      scope: 'notes:read',
      resource: new URL(resource),
    });
    const person = createPerson({ login: 'ann', password: 'any' });
    const { searchParams } = await person.signIn(authorizationUrl.href, REDIRECT_URL);
    return exchangeAuthorization(issuer, {
      metadata,
      clientInformation,
      authorizationCode: searchParams.get('code') ?? '',
      iss: searchParams.get('iss') ?? '',
      codeVerifier,
      redirectUri: REDIRECT_URL,
      resource: new URL(resource),
    });
  };
  const credentials = { clientId: client.id, clientSecret: client.secret };
  const settings = issuerAt(issuer, credentials, { claims: { team: 'department' } });
  const { identity, identify, outcome, advance } = identityOf([settings], { now: Date.now() });

  const tokens = await signIn(RESOURCE);
  expect(tokens.access_token).not.toContain('.');
  const proof = await identify(tokens.access_token);
  expect(proof.principal).toEqual({
    issuer,
    subject: 'ann',
    scopes: ['notes:read'],
    groups: ['support'],
    team: 'customer-care',
    client: clientInformation.client_id,
    claims: {
      client_id: clientInformation.client_id,
      email: 'ann@example.com',
      department: 'customer-care',
    },
  });
  expect((await outcome((await signIn('https://other.example.com/mcp')).access_token)).refusal).toBe(
    'UNAUTHENTICATED audience',
  );
  expect((await outcome(tokens.refresh_token ?? '')).refusal).toMatch(
    /^UNAUTHENTICATED (token-type|audience)$/,
  );
  expect((await outcome(`${tokens.access_token}x`)).refusal).toBe('UNAUTHENTICATED inactive');

  const response = await fetch(`${issuer}/token/revocation`, {
    method: 'POST',
    body: new URLSearchParams({ token: tokens.access_token, client_id: clientInformation.client_id }),
  });
  expect(response.status).toBe(200);
  advance(30_000);
  expect((await outcome(tokens.access_token)).refusal).toBe('UNAUTHENTICATED inactive');
  expect(identity.holds(proof)).toBe(false);

  const later = (await signIn(RESOURCE)).access_token;
  provider.isDown = true;
  expect((await outcome(later)).refusal).toBe('IDENTITY_UNAVAILABLE');
});
