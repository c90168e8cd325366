import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { AuthorizationServer } from './authorization-server.ts';

export interface GuardedServerOptions {
  readonly authorization: Pick<AuthorizationServer, 'origin' | 'scopeOf'>;
  /** What the server says is its resource. */
  readonly resource?: (url: string) => string;
  /** A scope that every request needs. */
  readonly needs?: string;
  /** Tools that answer with this token in their text, as a debugging endpoint may. */
  readonly echo?: boolean;
}

/** A real MCP server of SDK v2 that lets nobody in without a token of its authorization server. */
export async function startGuardedServer(options: GuardedServerOptions) {
  const { authorization, needs } = options;
  /** `Authorization` of requests that were let in. */
  const seen: string[] = [];
  let lastToken = '';
  const handler = toNodeHandler(
    createMcpHandler(() => {
      const server = new McpServer({ name: 'issues', version: '1.0.0' });
      server.registerTool(
        'whoami',
        { description: 'Says who calls.', annotations: { readOnlyHint: true } },
        () => ({
          content: [{ type: 'text', text: options.echo ? `you sent ${lastToken}` : 'somebody' }],
        }),
      );
      return server;
    }),
  );
  let url = '';
  const server = createServer((request, response) => {
    const { pathname, origin } = new URL(request.url ?? '/', url);
    const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
    if (pathname === '/.well-known/oauth-protected-resource/mcp') {
      const document = {
        resource: options.resource?.(url) ?? url,
        authorization_servers: [authorization.origin],
        scopes_supported: ['issues:read'],
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
      return;
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const scope = authorization.scopeOf(token);
    if (scope === undefined) {
      response.writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${metadata}"` }).end();
      return;
    }
    if (needs !== undefined && !scope.split(' ').includes(needs)) {
      const challenge = `Bearer error="insufficient_scope", scope="${needs}", resource_metadata="${metadata}"`;
      response.writeHead(403, { 'www-authenticate': challenge }).end();
      return;
    }
    seen.push(token);
    lastToken = token;
    void handler(request as Parameters<typeof handler>[0], response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url, seen };
}
