import { freePort } from '../support/child-process.ts';
import { startGateway } from '../support/gateway-process.ts';
import { createPerson } from '../sign-in/support/person.ts';
import { hashKey } from '../../src/identity/static-keys.ts';
import { inOrder, runSuite, type Revision, type SuiteRun } from './suite.ts';

/** Every scenario that the suite has for authorization servers. */
const SCENARIOS = ['authorization-server-metadata-endpoint', 'authorization-code-grant'];
const KEY = 'key-of-somebody-0123456789abcdef';
const RUN_WITHIN_MS = 60_000;

/** Runs the suite's scenarios for authorization servers of one revision against the embedded one, with somebody who signs in by a key. */
export async function runAuthorizationSuite(suite: string, revision: Revision): Promise<SuiteRun> {
  const port = await freePort();
  const redirectUri = `http://127.0.0.1:${port}/callback`;
  const gateway = await startGateway({
    identity: {
      local: false,
      principals: { somebody: { scopes: ['all'] } },
      keys: [{ principal: 'somebody', hash: hashKey(KEY) }],
      server: {
        login: { keys: true },
        clients: [{ id: 'conformance', name: 'The suite', redirectUris: [redirectUri] }],
      },
    },
    sources: {},
    policy: { policy: 'all', scopes: { all: { access: 'read' } } },
    state: { memory: true },
  });
  try {
    const server = ['--url', gateway.url, '--resource', `${gateway.url}/mcp`];
    const client = ['--client-id', 'conformance', '--port', String(port)];
    const args = ['authorization', ...server, ...client, '--spec-version', revision];
    const found = await runSuite(suite, args, RUN_WITHIN_MS, {
      onLine: (line) => void signIn(line, gateway.url, redirectUri),
    });
    return inOrder({ scored: SCENARIOS, notScored: [] }, found);
  } finally {
    await gateway.stop();
  }
}

/** The suite prints where somebody is to sign in, and waits for the browser. */
async function signIn(line: string, origin: string, redirectUri: string): Promise<void> {
  if (!line.startsWith(`${origin}/`)) return;
  const callback = await createPerson({ key: KEY }).signIn(line, redirectUri);
  await fetch(callback);
}
