import type { Resolve } from '../../network/address-guard.ts';
import type { McpCredentials } from '../credentials.ts';
import { createAuthFetch } from './auth-fetch.ts';
import { createAssertionGrant, createPassThrough, createTokenExchange } from './caller-grants.ts';
import { createClientCredentials } from './client-credentials.ts';
import { createGuardedServer } from './guarded-server.ts';
import { createOAuthCredentials } from './oauth-credentials.ts';
import type { PersonalCredentials } from './personal-credentials.ts';
import { createRegistration } from './registration.ts';
import { createRenewal } from './renewal.ts';
import type { McpAuthSettings } from './settings.ts';
import type { SignInDesk } from './sign-in-desk.ts';
import { createSignInFlow } from './sign-in-flow.ts';

export interface McpAuthOptions {
  readonly source: string;
  /** The server. */
  readonly url: string;
  readonly auth: McpAuthSettings;
  readonly desk: SignInDesk;
  /** Told each token, so that it shows nowhere. */
  readonly onToken: (token: string) => void;
  readonly now: () => number;
  /** Stands in for the system's resolver, in tests. */
  readonly resolve?: Resolve;
}

/** A source's OAuth. */
export interface McpAuth {
  readonly credentials: McpCredentials;
  /** The same, where callers differ. */
  readonly personal?: PersonalCredentials;
  close(): Promise<void>;
}

/** @throws BailiwickError `CONFIGURATION` for settings that cannot work here. */
export function createMcpAuth(options: McpAuthOptions): McpAuth {
  const { source, url, auth, now, resolve, onToken } = options;
  const http = createAuthFetch({ url, named: urlsOf(auth), resolve });
  const server = createGuardedServer({ source, url, issuer: issuerOf(auth), http, now });
  const grant = { source, server, http, now, onToken };
  const close = (): Promise<void> => http.close();
  const personal = (credentials: PersonalCredentials): McpAuth => ({
    credentials,
    personal: credentials,
    close,
  });

  if ('clientCredentials' in auth) {
    return { credentials: createClientCredentials(grant, auth.clientCredentials), close };
  }
  if ('tokenExchange' in auth) return personal(createTokenExchange(grant, auth.tokenExchange));
  if ('assertion' in auth) return personal(createAssertionGrant(grant, auth.assertion));
  if ('passThrough' in auth) return personal(createPassThrough(grant));
  const { desk } = options;
  const settings = auth.oauth;
  const { signIns, store } = desk;
  const registration = createRegistration({
    source,
    settings,
    ownMetadataUrl: desk.ownMetadataUrl,
    store,
    fetch: http.fetch,
    now,
  });
  const flow = createSignInFlow({ server, settings, desk, registration, http, now, onToken });
  const renewal = createRenewal({ server, signIns, fetch: http.fetch, now, onToken });
  const credentials = createOAuthCredentials({ server, settings, signIns, renewal, flow, now });
  return {
    credentials,
    personal: credentials,
    close: async () => {
      credentials.close();
      flow.close();
      await http.close();
    },
  };
}

function issuerOf(auth: McpAuthSettings): string | undefined {
  if ('clientCredentials' in auth) return auth.clientCredentials.issuer;
  if ('oauth' in auth) return auth.oauth.issuer;
  if ('tokenExchange' in auth) return auth.tokenExchange.issuer;
  return 'assertion' in auth ? auth.assertion.issuer : undefined;
}

/** URLs that the configuration writes itself: they lead wherever it wants. */
function urlsOf(auth: McpAuthSettings): string[] {
  const places: { issuer?: string | undefined; tokenUrl?: string | undefined }[] = [];
  if ('clientCredentials' in auth) places.push(auth.clientCredentials);
  if ('oauth' in auth) places.push(auth.oauth);
  if ('tokenExchange' in auth) places.push(auth.tokenExchange);
  if ('assertion' in auth) places.push(auth.assertion, auth.assertion.identityProvider);
  return places.flatMap(({ issuer, tokenUrl }) => [issuer, tokenUrl]).filter((text) => text !== undefined);
}
