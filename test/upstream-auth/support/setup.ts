import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { hashKey } from '../../../src/identity/static-keys.ts';
import { startGateway } from '../../support/gateway.ts';
import { createBrowser } from './browser.ts';

export const KEYS = { ann: 'key-of-ann-0123456789abcdef', bob: 'key-of-bob-0123456789abcdef' } as const;
export type Name = keyof typeof KEYS;

/** The files of a gateway with one source, `issues`, and two callers. */
export function filesFor(
  url: string,
  auth: object,
  more: Record<string, unknown> = {},
): Record<string, string> {
  const names = Object.keys(KEYS) as Name[];
  return {
    'bailiwick.yaml': stringify({
      server: { listen: '127.0.0.1:0' },
      identity: {
        local: false,
        principals: Object.fromEntries(names.map((name) => [name, { scopes: ['all'] }])),
        keys: names.map((principal) => ({ principal, hash: hashKey(KEYS[principal]) })),
      },
      sources: { issues: { mcp: { url, auth }, trustAnnotations: true } },
      policies: 'policies/',
      audit: { dir: '.bailiwick/audit', arguments: 'full' },
      ...more,
    }),
    'policies/all.policy.yaml': stringify({ policy: 'all', scopes: { all: { source: 'issues' } } }),
  };
}

export async function startIssues(
  url: string,
  auth: object,
  more: Record<string, unknown> = {},
  now?: () => number,
) {
  const gateway = await startGateway(filesFor(url, auth, more), {}, [], now ? { now } : {});
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  return gateway;
}

export interface ClientOptions {
  readonly era?: 'modern' | 'legacy';
  /** What the user does with a link; absent: the client says that it opens none. */
  readonly onLink?: (url: string, message: string) => Promise<'accept' | 'decline'>;
}

/** A client of SDK v2. */
export async function connectAs(
  endpoint: string,
  name: Name,
  { era = 'modern', onLink }: ClientOptions = {},
) {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    {
      versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' },
      capabilities: onLink ? { elicitation: { url: {} } } : {},
    },
  );
  if (onLink) {
    client.setRequestHandler('elicitation/create', async ({ params }) => ({
      action: params.mode === 'url' ? await onLink(params.url, params.message) : 'decline',
    }));
  }
  const headers = { authorization: `Bearer ${KEYS[name]}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(endpoint), { requestInit: { headers } }));
  onTestFinished(() => client.close());
  const names = async (): Promise<string[]> =>
    (await client.listTools(undefined, { cacheMode: 'refresh' })).tools.map((tool) => tool.name);
  return {
    call: async (tool: string) => {
      const result = await client.callTool({ name: tool, arguments: {} });
      return {
        ...result,
        text: result.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
      };
    },
    names,
    /** Resolves when a tool is listed. */
    untilListed: async (tool: string) => {
      for (let looks = 0; !(await names()).includes(tool); looks += 1) {
        if (looks > 200) throw new Error(`${tool} is not listed`);
        await new Promise((resolve) => {
          setTimeout(resolve, 20);
        });
      }
    },
  };
}

/** Somebody whose browser signs in wherever a link leads. */
export function willing(): Required<ClientOptions>['onLink'] {
  const browser = createBrowser();
  return async (url) => {
    await browser.open(url);
    return 'accept';
  };
}
