import { createHash, randomBytes } from 'node:crypto';
import { hashKey } from '../../src/identity/static-keys.ts';
import { createPerson, type Person } from '../sign-in/support/person.ts';
import { startGateway } from '../support/gateway.ts';

/** Of two principals: Ann may read and write tickets, Bob may read them. */
export const ANN_KEY = `bw_${'a'.repeat(43)}`;
export const BOB_KEY = `bw_${'b'.repeat(43)}`;

export const REDIRECT = 'http://127.0.0.1:8123/callback';

const PRINCIPALS = {
  ann: {
    scopes: ['tickets:read', 'tickets:write'],
    groups: ['support'],
    team: 'care',
    claims: { region: 'emea' },
  },
  bob: { scopes: ['tickets:read'] },
};

/** A configuration whose authorization server is set up like this; `identity` is beside it. */
export function configure(
  server: object = { login: { keys: true } },
  { identity = {}, ...more }: { identity?: object; [section: string]: object } = {},
): Record<string, string> {
  return {
    'bailiwick.yaml': JSON.stringify({
      server: { listen: '127.0.0.1:0' },
      identity: {
        local: false,
        principals: PRINCIPALS,
        keys: [
          { principal: 'ann', hash: hashKey(ANN_KEY) },
          { principal: 'bob', hash: hashKey(BOB_KEY) },
        ],
        server: { clients: [{ id: 'desk', name: 'Desk', redirectUris: [REDIRECT] }], ...server },
        ...identity,
      },
      sources: {},
      policies: 'policies/',
      ...more,
    }),
    'policies/none.policy.yaml': 'policy: none\nrules: []\n',
  };
}

/** A gateway that is an authorization server, and a client of it. */
export async function startServer(files = configure(), now = Date.now) {
  const gateway = await startGateway(files, {}, [], { now });
  return Object.assign(gateway, createClient(gateway.url));
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly scope?: string;
  readonly token_type: string;
  readonly error?: string;
}

/** A plain OAuth client, which does what it is told, wrong things too. */
export function createClient(base: string, clientId = 'desk') {
  const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${base}${path}`, { method: 'POST', body: new URLSearchParams(form), headers });
  const token = async (form: Record<string, string>) => {
    const response = await post('/oauth/token', { client_id: clientId, ...form });
    return { status: response.status, ...((await response.json()) as Tokens) };
  };
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const authorizationUrl = (parameters: Record<string, string | undefined> = {}): string => {
    const all: Record<string, string | undefined> = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: REDIRECT,
      state: 'the state',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...parameters,
    };
    const query = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
    return `${base}/oauth/authorize?${new URLSearchParams(query).toString()}`;
  };
  const exchange = (code: string, more: Record<string, string> = {}) =>
    token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT,
      code_verifier: verifier,
      ...more,
    });
  return {
    post,
    token,
    verifier,
    authorizationUrl,
    exchange,
    /** The parameters that the browser of this person comes back with. */
    async authorize(person: Person, parameters: Record<string, string | undefined> = {}) {
      const { redirect_uri: until = REDIRECT } = parameters;
      return (await person.signIn(authorizationUrl(parameters), until)).searchParams;
    },
    async signIn(key = ANN_KEY, parameters: Record<string, string | undefined> = {}): Promise<Tokens> {
      const back = await this.authorize(withKey(key), parameters);
      return exchange(back.get('code') ?? `none: ${back.toString()}`);
    },
    refresh: (refreshToken: string | undefined, more: Record<string, string> = {}) =>
      token({ grant_type: 'refresh_token', refresh_token: refreshToken ?? '', ...more }),
    /** The status of a request to the MCP endpoint with this token. */
    async use(accessToken: string): Promise<number> {
      const response = await fetch(`${base}/mcp`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${accessToken}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
      });
      await response.text();
      return response.status;
    },
  };
}

/** Somebody who signs in with a key and agrees. */
export function withKey(key: string, press?: RegExp): Person {
  return createPerson({ key }, press);
}
