/**
 * A relay built from the official packages and nothing else: the SDK's server in front, its client behind, one client
 * for each request as the SDK's own gateway guide has it, no identity, policy or record. What it costs is the price of
 * speaking the protocol. Its one argument is the upstream's URL.
 */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { StandardSchemaV1 } from '@modelcontextprotocol/client';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { Server, createMcpHandler } from '@modelcontextprotocol/server';
import type { ServerContext } from '@modelcontextprotocol/server';
import { listen } from './listen.ts';
import { withMethod } from './with-method.ts';

const MODERN = { mode: { pin: '2026-07-28' } } as const;
const IDENTITY = { name: 'sdk-relay', version: '1.0.0' };

/** Accepts everything and changes nothing, so that no member of a result is lost. */
const anything: StandardSchemaV1<unknown, Record<string, unknown>> = {
  '~standard': {
    version: 1,
    vendor: 'relay',
    validate: (value) => (isObject(value) ? { value } : { issues: [{ message: 'not an object' }] }),
  },
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const upstream = new URL(process.argv[2] ?? '');
const first = new Client(IDENTITY, { versionNegotiation: MODERN });
await first.connect(new StreamableHTTPClientTransport(upstream));
const discover = first.getDiscoverResult();
if (discover === undefined) throw new Error('the upstream does not speak 2026-07-28');
const prior = { kind: 'modern', discover } as const;

async function relay(
  method: 'tools/list' | 'tools/call',
  params: Record<string, unknown> | undefined,
  context: ServerContext,
): Promise<Record<string, unknown>> {
  const client = new Client(IDENTITY, { versionNegotiation: MODERN, inputRequired: { autoFulfill: false } });
  await client.connect(new StreamableHTTPClientTransport(upstream), { prior });
  try {
    // The caller's own envelope: what it can answer and who it is, not what this relay can.
    const { _meta: meta, ...rest } = params ?? {};
    const forwarded = { ...rest, _meta: { ...(isObject(meta) ? meta : {}), ...context.mcpReq.envelope } };
    return await client.request({ method, params: forwarded }, anything, {
      signal: context.mcpReq.signal,
      allowInputRequired: true,
    });
  } finally {
    await client.close();
  }
}

const handler = toNodeHandler(
  createMcpHandler(() => {
    const server = new Server(IDENTITY, { capabilities: { tools: {} } });
    const methods = ['tools/list', 'tools/call'] as const;
    server.fallbackRequestHandler = ({ method, params }, context) => {
      const known = methods.find((name) => name === method);
      if (known === undefined) throw new Error(`not relayed: ${method}`);
      return relay(known, params, context);
    };
    return server;
  }),
);

listen((request, response) => void handler(withMethod(request), response));
