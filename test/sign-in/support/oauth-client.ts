import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
} from '@modelcontextprotocol/client';
import { Client as ClientOfV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError as UnauthorizedErrorOfV1 } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport as TransportOfV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Person } from './person.ts';

/** Where the client would receive the browser. Nothing listens there: the person's browser tells the address. */
export const REDIRECT_URL = 'http://127.0.0.1:8123/callback';

export interface OAuthState {
  clientInformation?: { client_id: string; client_secret?: string; issuer?: string };
  tokens?: { access_token: string; refresh_token?: string; token_type: string; scope?: string };
  verifier?: string;
  discovery?: OAuthDiscoveryState;
  /** Addresses that the person was asked to open. */
  readonly opened: URL[];
  /** What the browser came back with last. */
  callback?: URLSearchParams;
}

export interface OAuthOptions {
  readonly person: Person;
  /** A client that is registered already. */
  readonly client?: { client_id: string; client_secret?: string; issuer?: string };
  /** Where the client says who it is (a client ID metadata document). */
  readonly clientMetadataUrl?: string;
  readonly name?: string;
  /** Absent: {@link REDIRECT_URL}. */
  readonly redirectUrl?: string;
}

/** An OAuth client of the SDK whose user signs in at once. */
export function createOAuth(options: OAuthOptions) {
  const { person, client, clientMetadataUrl, name = 'Desk', redirectUrl = REDIRECT_URL } = options;
  const state: OAuthState = { opened: [], ...(client && { clientInformation: client }) };
  const provider = {
    redirectUrl,
    ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
    clientMetadata: {
      client_name: name,
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    state: () => crypto.randomUUID(),
    clientInformation: () => state.clientInformation,
    saveClientInformation(information: NonNullable<OAuthState['clientInformation']>) {
      state.clientInformation = information;
    },
    tokens: () => state.tokens,
    saveTokens(tokens: NonNullable<OAuthState['tokens']>) {
      state.tokens = tokens;
    },
    saveCodeVerifier(verifier: string) {
      state.verifier = verifier;
    },
    codeVerifier: () => state.verifier ?? '',
    async redirectToAuthorization(url: URL) {
      state.opened.push(url);
      state.callback = (await person.signIn(url.href, redirectUrl)).searchParams;
    },
    saveDiscoveryState(discovery: OAuthDiscoveryState) {
      state.discovery = discovery;
    },
    discoveryState: () => state.discovery,
    invalidateCredentials(kind: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery') {
      if (kind === 'all' || kind === 'tokens') delete state.tokens;
      if (kind === 'all' || kind === 'client') delete state.clientInformation;
      if (kind === 'all' || kind === 'discovery') delete state.discovery;
    },
  };
  return { state, provider: provider as typeof provider & OAuthClientProvider };
}

export type OAuth = ReturnType<typeof createOAuth>;

/** What the tests do as a client. */
export interface SignedInClient {
  names(): Promise<string[]>;
  call(tool: string, given?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

export const KINDS = ['v2, 2026-07-28', 'v2, 2025-11-25', 'v1'] as const;
export type Kind = (typeof KINDS)[number];

/** Connects as the SDK of this kind does; where a request is answered with 401 or a step-up, the person signs in and it is sent again. */
export function connect(kind: Kind, endpoint: string, oauth: OAuth): Promise<SignedInClient> {
  return kind === 'v1' ? connectV1(endpoint, oauth) : connectV2(kind, endpoint, oauth);
}

async function connectV2(
  kind: Exclude<Kind, 'v1'>,
  endpoint: string,
  { provider, state }: OAuth,
): Promise<SignedInClient> {
  const open = () => new StreamableHTTPClientTransport(new URL(endpoint), { authProvider: provider });
  const finish = async (error: unknown, transport: StreamableHTTPClientTransport): Promise<void> => {
    if (!(error instanceof UnauthorizedError) || !state.callback) throw error;
    await transport.finishAuth(state.callback);
  };
  const create = () =>
    new Client(
      { name: 'desk', version: '1.0.0' },
      { versionNegotiation: { mode: kind === 'v2, 2025-11-25' ? 'legacy' : { pin: '2026-07-28' } } },
    );
  let client = create();
  let transport = open();
  try {
    await client.connect(transport);
  } catch (error) {
    await finish(error, transport);
    client = create();
    transport = open();
    await client.connect(transport);
  }
  const again = async <T>(send: () => Promise<T>): Promise<T> => {
    try {
      return await send();
    } catch (error) {
      await finish(error, transport);
      return await send();
    }
  };
  return {
    names: () =>
      again(async () =>
        (await client.listTools(undefined, { cacheMode: 'refresh' })).tools.map((tool) => tool.name),
      ),
    call: (name, given = {}) => again(async () => textOf(await client.callTool({ name, arguments: given }))),
    close: () => client.close(),
  };
}

async function connectV1(endpoint: string, { provider, state }: OAuth): Promise<SignedInClient> {
  const open = () => new TransportOfV1(new URL(endpoint), { authProvider: provider });
  const finish = async (error: unknown, transport: TransportOfV1): Promise<void> => {
    const code = state.callback?.get('code');
    if (!(error instanceof UnauthorizedErrorOfV1) || typeof code !== 'string') throw error;
    await transport.finishAuth(code);
  };
  let client = new ClientOfV1({ name: 'desk', version: '1.0.0' });
  let transport = open();
  try {
    await client.connect(transport);
  } catch (error) {
    await finish(error, transport);
    client = new ClientOfV1({ name: 'desk', version: '1.0.0' });
    transport = open();
    await client.connect(transport);
  }
  const again = async <T>(send: () => Promise<T>): Promise<T> => {
    try {
      return await send();
    } catch (error) {
      await finish(error, transport);
      return await send();
    }
  };
  return {
    names: () => again(async () => (await client.listTools()).tools.map((tool) => tool.name)),
    call: (name, given = {}) =>
      again(async () => textOf((await client.callTool({ name, arguments: given })) as { content: Content })),
    close: () => client.close(),
  };
}

type Content = readonly { type: string; text?: string }[];

function textOf({ content }: { readonly content: Content }): string {
  return content.map((block) => block.text ?? '').join('');
}
