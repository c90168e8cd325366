import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, test } from 'vitest';
import { createFolder, REPOSITORY, startGateway } from '../support/gateway.ts';

const SERVER = fileURLToPath(new URL('fixtures/watched-server.ts', import.meta.url));

const files = (...more: string[]): Record<string, string> => ({
  'bailiwick.yaml': `
server: { listen: '127.0.0.1:0' }
identity: { local: { scopes: [all] } }
sources: { up: { mcp: { command: ${JSON.stringify([process.execPath, SERVER, ...more])} } } }
`,
  'policies/all.policy.yaml':
    'policy: all\nscopes: { all: { source: up, access: [read, write, destructive] } }\n',
});

const DOWNSTREAM = ['legacy', 'modern'] as const;

/** A client that gathers what it is told to have changed, subscribed to the one resource. */
async function subscribe(
  era: (typeof DOWNSTREAM)[number],
  transport: StreamableHTTPClientTransport | StdioClientTransport,
) {
  const mode = era === 'legacy' ? ('legacy' as const) : { pin: '2026-07-28' };
  const client = new Client({ name: 'watcher', version: '1' }, { versionNegotiation: { mode } });
  const updated: string[] = [];
  client.setNotificationHandler(
    'notifications/resources/updated',
    ({ params }) => void updated.push(params.uri),
  );
  await client.connect(transport);
  const uri = 'up+watched://it';
  if (era === 'legacy') await client.subscribeResource({ uri });
  else await client.listen({ resourceSubscriptions: [uri, 'up2+watched://it'] });
  return { client, updated, [Symbol.asyncDispose]: () => client.close() };
}

test.each(
  DOWNSTREAM.flatMap(
    (era) =>
      [
        [era, 'modern', []],
        [era, 'legacy', ['--legacy']],
      ] as const,
  ),
)(
  'a %s client over HTTP is told of a change that a %s server over stdio tells',
  async (era, _upstream, more) => {
    await using gateway = await startGateway(files(...more));
    await using watcher = await subscribe(era, new StreamableHTTPClientTransport(new URL(gateway.endpoint)));
    await watcher.client.callTool({ name: 'up_touch', arguments: {} });
    await expect.poll(() => watcher.updated, { timeout: 10_000 }).toContain('up+watched://it');
    expect(new Set(watcher.updated)).toEqual(new Set(['up+watched://it']));
  },
);

test.each(DOWNSTREAM.map((era) => [era]))('a %s client over stdio is told as well', async (era) => {
  await using workspace = await createFolder(files());
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [`${REPOSITORY}src/main.ts`, 'serve', '--stdio', '--config', `${workspace.folder}/bailiwick.yaml`],
    stderr: 'ignore',
  });
  await using watcher = await subscribe(era, transport);
  await watcher.client.callTool({ name: 'up_touch', arguments: {} });
  await expect.poll(() => watcher.updated, { timeout: 10_000 }).toContain('up+watched://it');
});
