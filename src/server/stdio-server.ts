import type { Readable, Writable } from 'node:stream';
import type { McpServer } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { ALL_SOURCES, type Endpoint } from '../gateway/endpoint.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { list } from '../gateway/list.ts';
import type { Principal } from '../identity/principal.ts';
import { unprovenOf } from '../identity/proof.ts';
import type { Logger } from '../telemetry/logger.ts';
import { changedLists, sendListChanged } from './list-changes.ts';
import type { Client } from './caller.ts';
import { createMcpServer } from './mcp-server.ts';
import { listenOnStdio } from './stdio-listen.ts';

export interface StdioServer {
  /** Resolves when the client has gone. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** Serves one MCP client over standard input and output, in the era it opens with. */
export function startStdioServer(options: {
  gateway: Gateway;
  principal: Principal;
  /** What is served of it. Absent: everything. */
  endpoint?: Endpoint;
  logger: Logger;
  /** Absent: those of the process. */
  streams?: { readonly input: Readable; readonly output: Writable };
}): StdioServer {
  const { gateway, principal, logger, endpoint = ALL_SOURCES } = options;
  const { input, output } = options.streams ?? { input: process.stdin, output: process.stdout };
  const client: Client = {
    gateway,
    principal,
    proof: unprovenOf(principal),
    endpoint,
    via: { face: 'stdio' },
  };
  const closed = Promise.withResolvers<void>();
  const products = new Set<McpServer>();
  let listing = list(gateway.current(), principal, client.endpoint);

  const stopListening = gateway.onSwap(() => {
    const next = list(gateway.current(), principal, client.endpoint);
    for (const changed of changedLists(listing, next)) {
      for (const product of products) sendListChanged(product, changed, logger);
    }
    listing = next;
  });

  const wire = new StdioServerTransport(input, output);
  let isLegacy = false;
  const handle = serveStdio(
    (context) => {
      isLegacy = context.era === 'legacy';
      const product = createMcpServer(client, context.era, {
        onClose: () => products.delete(product),
      });
      products.add(product);
      return product;
    },
    {
      transport: wire,
      onerror: (error) => logger.debug({ err: error }, 'a message on standard input was not served'),
    },
  );
  const listening = listenOnStdio(wire, {
    client,
    logger,
    isLegacy: () => isLegacy,
    tell: (params) => {
      for (const { server } of products) {
        // A client that has gone needs to be told nothing.
        server.notification({ method: 'notifications/resources/updated', params }).catch(() => {});
      }
    },
  });
  // The client has gone when either end of the pipe is closed.
  output.once('error', () => closed.resolve());
  input.once('end', () => closed.resolve());
  input.once('close', () => closed.resolve());
  return {
    closed: closed.promise,
    async close() {
      stopListening();
      listening.close();
      await handle.close();
    },
  };
}
