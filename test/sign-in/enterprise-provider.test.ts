import { decodeJwt, decodeProtectedHeader } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import {
  discoverAuthorizationServerMetadata,
  exchangeAuthorization,
  registerClient,
  startAuthorization,
} from '@modelcontextprotocol/client';
import { startEnterpriseProvider } from './support/enterprise-provider.ts';
import { REDIRECT_URL } from './support/oauth-client.ts';
import { createPerson } from './support/person.ts';

test('the enterprise provider of these tests signs in its people, with tokens for a resource and the claims of an enterprise', async () => {
  const provider = await startEnterpriseProvider({ scopes: ['notes:read'] });
  onTestFinished(() => provider[Symbol.asyncDispose]());
  const resource = new URL('http://127.0.0.1:9/mcp');
  const metadata = await discoverAuthorizationServerMetadata(provider.issuer);
  if (!metadata) throw new Error('it has no metadata');
  const clientInformation = await registerClient(provider.issuer, {
    metadata,
    clientMetadata: { redirect_uris: [REDIRECT_URL], token_endpoint_auth_method: 'none' },
  });
  const tokenOf = async (): Promise<string> => {
    const { authorizationUrl, codeVerifier } = await startAuthorization(provider.issuer, {
      metadata,
      clientInformation,
      redirectUrl: REDIRECT_URL,
      scope: 'notes:read',
      resource,
    });
    const callback = await createPerson({ login: 'ann', password: 'any' }).signIn(
      authorizationUrl.href,
      REDIRECT_URL,
    );
    const tokens = await exchangeAuthorization(provider.issuer, {
      metadata,
      clientInformation,
      authorizationCode: callback.searchParams.get('code') ?? '',
      iss: callback.searchParams.get('iss') ?? '',
      codeVerifier,
      redirectUri: REDIRECT_URL,
      resource,
    });
    return tokens.access_token;
  };
  const first = await tokenOf();
  expect(decodeJwt(first)).toMatchObject({
    iss: provider.issuer,
    sub: 'ann',
    aud: resource.href,
    scope: 'notes:read',
    groups: ['support'],
    department: 'customer-care',
  });
  await provider.rotate();
  const second = await tokenOf();
  expect(decodeProtectedHeader(second).kid).not.toBe(decodeProtectedHeader(first).kid);
});
