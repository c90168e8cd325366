import { fileURLToPath } from 'node:url';
import { newTestKey, sign, startIssuer } from '../issuers/support/issuer.ts';
import { hashKey } from '../../src/identity/static-keys.ts';
import { DOCUMENT, startApi, startGateway } from '../support/gateway.ts';
import { send, type Message } from './send.ts';

const UPSTREAM = fileURLToPath(new URL('../mcp-upstream/fixtures/modern-server.ts', import.meta.url));

export const KEY = 'bw_a-key-of-the-challenges-0001';

const STEP_UP = `
policy: step
visibility: step-up
scopes:
  notes:write: { source: notes, tag: notes, access: [write, destructive] }
  up:use: { source: up }
`;

const HIDDEN = `
policy: hidden
scopes:
  notes:read: { source: notes, access: read }
  notes:admin: { source: notes, tag: admin }
`;

/**
 * A gateway before an API and an MCP server, an issuer of tokens for it, and a clock that can be put forward. Whoever has `notes:read`
 * may be told of `notes:write` and `up:use`, and not of `notes:admin`.
 */
export async function startWorld(options: { withServer?: boolean } = {}) {
  let ahead = 0;
  let stopped: number | undefined;
  const now = (): number => stopped ?? Date.now() + ahead;
  const key = await newTestKey('one');
  const issuer = await startIssuer({ keys: [key.jwk] });
  const api = await startApi();
  const gateway = await startGateway(
    {
      'bailiwick.yaml': `
server: { listen: '127.0.0.1:0' }
identity:
  local: { scopes: [notes:read] }
  principals: { reader: { scopes: [notes:read] } }
  keys: [ { principal: reader, hash: '${hashKey(KEY)}' } ]
  issuers: [ { issuer: '${issuer.url}', clockSkewSeconds: 0 } ]
sources:
  notes: { openapi: notes.yaml, url: '${api.url}' }
${options.withServer ? `  up: { mcp: { command: ['${process.execPath}', '${UPSTREAM}', '--stdio'] }, trustAnnotations: true }` : ''}
`,
      'notes.yaml': DOCUMENT,
      'policies/step.policy.yaml': STEP_UP,
      'policies/hidden.policy.yaml': HIDDEN,
    },
    {},
    [],
    { now },
  );
  return {
    gateway,
    issuer,
    now,
    /** The clock stands still at this instant. */
    stopClock(at: number) {
      stopped = at;
    },
    /** Puts the clock to this instant; it goes on from there. */
    setClock(to: number) {
      stopped = undefined;
      ahead = to - Date.now();
    },
    /** `Bearer <token>` of an hour, or of what `claims` say. */
    async tokenOf(sub: string, scopes: readonly string[], claims: Record<string, unknown> = {}) {
      const iat = Math.floor(now() / 1000);
      const token = await sign(key, {
        iss: issuer.url,
        aud: `${gateway.url}/mcp`,
        sub,
        client_id: 'a-program',
        scope: scopes.join(' '),
        iat,
        exp: iat + 3600,
        ...claims,
      });
      return `Bearer ${token}`;
    },
    ask(authorization: string, { headers, body }: Message, path = '/mcp') {
      return send(gateway.url, { method: 'POST', path, body, headers: { ...headers, authorization } });
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await issuer.close();
    },
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;
