import { createHash } from 'node:crypto';
import {
  registerClient,
  resolveClientMetadata,
  type FetchLike,
  type OAuthClientInformationMixed,
  type OAuthClientMetadata,
} from '@modelcontextprotocol/client';
import { isJsonObject, type Json } from '../../../catalog/json.ts';
import { BailiwickError } from '../../../errors.ts';
import { toAuthFault } from './auth-faults.ts';
import type { Protection } from './discover.ts';
import type { OAuthSettings } from './settings.ts';
import type { SignInStore } from './sign-ins.ts';

/** The name that people read when they are asked for their consent. */
const CLIENT_NAME = 'Bailiwick';

/** RFC 8252 §7.3: a program on this machine is called back at whatever port it has at the moment. */
export const LOOPBACK_CALLBACK = 'http://127.0.0.1/oauth/callback';

export interface RegistrationOptions {
  readonly source: string;
  readonly settings: OAuthSettings;
  /** Of Bailiwick's own metadata document, where it serves one that others can read. */
  readonly ownMetadataUrl: () => string | undefined;
  readonly store: Pick<SignInStore, 'get' | 'put' | 'take'>;
  readonly fetch: FetchLike;
  readonly now: () => number;
}

/** Who Bailiwick is to an authorization server, in the order of MCP (basic/authorization, "Client Registration Approaches"). */
export interface Registration {
  /** @throws BailiwickError where it is nobody there. */
  client(
    protection: Protection,
    redirectUrl: string,
    scope: string | undefined,
  ): Promise<OAuthClientInformationMixed>;
  /** The authorization server does not know the client any more: another one is registered next time. */
  forget(issuer: string, redirectUrl: string): Promise<void>;
}

export function createRegistration(options: RegistrationOptions): Registration {
  const { source, settings, store, fetch, now } = options;
  const flights = new Map<string, Promise<OAuthClientInformationMixed>>();

  async function known(key: string): Promise<OAuthClientInformationMixed | undefined> {
    const value = (await store.get(key, now()))?.value;
    if (!isJsonObject(value) || typeof value['client_id'] !== 'string') return undefined;
    const secretEnds = value['client_secret_expires_at'];
    if (typeof secretEnds === 'number' && secretEnds > 0 && secretEnds * 1000 <= now()) return undefined;
    return value as unknown as OAuthClientInformationMixed;
  }

  async function register(
    protection: Protection,
    redirectUrl: string,
    scope: string | undefined,
  ): Promise<OAuthClientInformationMixed> {
    const { issuer, metadata } = protection;
    const key = keyOfClient(issuer, redirectUrl);
    const before = await known(key);
    if (before) return before;
    const clientMetadata = resolveClientMetadata({
      redirectUrl,
      clientMetadata: {
        ...toClientMetadata([redirectUrl]),
        token_endpoint_auth_method: chooseAuthentication(metadata.token_endpoint_auth_methods_supported),
      },
    });
    const registered = await registerClient(issuer, {
      metadata,
      clientMetadata,
      ...(scope !== undefined && { scope }),
      fetchFn: fetch,
    }).catch((error: unknown) => {
      throw toAuthFault(error, source, 'registering a client');
    });
    await store.put(key, JSON.parse(JSON.stringify(registered)) as Json, { now: now() });
    return registered;
  }

  return {
    async client(protection, redirectUrl, scope) {
      const { clientId, clientSecret, registration } = settings;
      if (clientId !== undefined)
        return { client_id: clientId, ...(clientSecret !== undefined && { client_secret: clientSecret }) };
      const { metadata, issuer } = protection;
      const url = settings.clientMetadataUrl ?? options.ownMetadataUrl();
      if (metadata.client_id_metadata_document_supported === true && url !== undefined)
        return { client_id: url };
      if (!registration || metadata.registration_endpoint === undefined) {
        throw new BailiwickError(
          'SIGN_IN_REQUIRED',
          `source ${source}: nobody can sign in yet. Register Bailiwick at its authorization server, with the redirect URL ${redirectUrl}, and set sources.${source}.mcp.auth.oauth.clientId`,
          { data: { source }, nothingSent: true },
        );
      }
      const key = keyOfClient(issuer, redirectUrl);
      let flight = flights.get(key);
      if (flight === undefined) {
        flight = register(protection, redirectUrl, scope).finally(() => flights.delete(key));
        flights.set(key, flight);
      }
      return flight;
    },
    async forget(issuer, redirectUrl) {
      await store.take(keyOfClient(issuer, redirectUrl), now());
    },
  };
}

/** What Bailiwick says of itself as a client (RFC 7591 §2). */
export function toClientMetadata(redirectUris: readonly string[]): OAuthClientMetadata {
  return {
    client_name: CLIENT_NAME,
    redirect_uris: [...redirectUris],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  };
}

/** One client for each authorization server and place to come back to: servers compare redirect URLs character by character. */
function keyOfClient(issuer: string, redirectUrl: string): string {
  return `oauth/client/${createHash('sha256')
    .update(JSON.stringify([issuer, redirectUrl]))
    .digest('base64url')}`;
}

/** RFC 8414 §2: absent means `client_secret_basic`. */
function chooseAuthentication(supported: readonly string[] = ['client_secret_basic']): string {
  const known = ['client_secret_basic', 'client_secret_post', 'none'];
  return known.find((method) => supported.includes(method)) ?? 'client_secret_basic';
}
