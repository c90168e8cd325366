import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { parse, stringify } from 'yaml';
import type { JsonObject } from '../../../src/catalog/json.ts';
import { toShownName } from '../../../src/catalog/names.ts';
import { startDemoApi } from '../../../src/cli/demo-api/server.ts';
import { createKey, hashKey } from '../../../src/identity/static-keys.ts';
import { connect, type AnyClient, type ClientKind } from '../../support/clients.ts';
import { BIN } from '../../support/command-line.ts';
import { REPOSITORY, startGateway } from '../../support/gateway.ts';
import { createAgent, type Agent } from './agent.ts';
import { startStubApi, type Arrived } from './stub-api.ts';

const HELPDESK = path.join(REPOSITORY, 'specs/helpdesk.yaml');

/** How an agent arrives. */
export type Way = ClientKind | 'stdio';

/** `admin` may use everything. `dev` may not, and some of it with some arguments alone. */
const POLICY = `
policy: work
scopes: { everything: { access: [read, write, destructive] } }
rules:
  - { id: use, effect: permit, who: { groups: dev } }
  - { id: no-secrets, effect: deny, who: { groups: dev }, what: { source: kubernetes, tool: '*Secret*' } }
  - { id: no-deletion, effect: deny, who: { groups: dev }, what: { access: destructive } }
  - { id: no-money, effect: deny, who: { groups: dev }, what: { source: helpdesk, tag: refunds } }
  - { id: own-namespace, effect: deny, who: { groups: dev }, when: args.namespace != "shop", what: { source: kubernetes, tool: create*Deployment } }
`;

/** What {@link POLICY} hides from `dev`, said a second time. */
function isHidden(source: string, { name, access, tags }: Hideable): boolean {
  if (access === 'destructive') return true;
  return source === 'kubernetes'
    ? name.includes('Secret')
    : source === 'helpdesk' && tags.includes('refunds');
}

interface Hideable {
  readonly name: string;
  readonly access: string;
  readonly tags: readonly string[];
}

export interface Desk extends AsyncDisposable {
  connect(way: Way, principal: 'admin' | 'dev'): Promise<Agent & AsyncDisposable>;
  /** What arrived at the APIs since this was last asked. */
  take(): Arrived[];
  /** Names of the tools that `dev` may not see. */
  readonly hidden: readonly string[];
}

/** A gateway in search mode before a help desk, and before stubs of what the documents describe. */
export async function startDesk(documents: Readonly<Record<string, string>>): Promise<Desk> {
  const stack = new AsyncDisposableStack();
  const demo = await startDemoApi({ host: '127.0.0.1', port: 0, now: Date.now });
  stack.defer(() => demo.close());
  const sources: Record<string, { openapi: string; url: string }> = {};
  const stubs: Awaited<ReturnType<typeof startStubApi>>[] = [];
  for (const [source, openapi] of Object.entries({ ...documents, helpdesk: HELPDESK })) {
    // oxlint-disable-next-line no-await-in-loop -- one after another
    const stub = await startStubApi(
      await readDocument(openapi),
      source === 'helpdesk' ? demo.url : undefined,
    );
    stubs.push(stack.use(stub));
    sources[source] = { openapi, url: stub.url };
  }
  const keys = { admin: createKey(new Uint8Array(32).fill(1)), dev: createKey(new Uint8Array(32).fill(2)) };
  const gateway = stack.use(
    await startGateway({
      'bailiwick.yaml': stringify({
        server: { listen: '127.0.0.1:0' },
        identity: {
          principals: { admin: { scopes: ['everything'] }, dev: { groups: ['dev'] } },
          keys: Object.entries(keys).map(([principal, key]) => ({ principal, hash: hashKey(key) })),
        },
        listing: { mode: 'search' },
        sources,
      }),
      'policies/work.policy.yaml': POLICY,
    }),
  );
  const tools = gateway.app.offered().tools;
  return {
    hidden: tools
      .filter((tool) => isHidden(tool.source, { ...tool, tags: tool.attributes.tags ?? [] }))
      .map((tool) => toShownName(tool.source, tool.name)),
    take: () => stubs.flatMap((stub) => stub.take()),
    async connect(way, principal) {
      const client =
        way === 'stdio'
          ? await connectStdio(gateway.folder, principal)
          : await connect(way, gateway.endpoint, keys[principal]);
      return Object.assign(createAgent(client), { [Symbol.asyncDispose]: () => client.close() });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function connectStdio(cwd: string, principal: string): Promise<AnyClient> {
  const client = new Client(
    { name: 'desktop', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  const args = [BIN, 'serve', '--stdio', '--as', principal, '--log-level', 'error'];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, cwd, stderr: 'ignore' }));
  return client;
}

async function readDocument(file: string): Promise<JsonObject> {
  const text = await readFile(file, 'utf8');
  return (file.endsWith('.json') ? JSON.parse(text) : parse(text)) as JsonObject;
}
