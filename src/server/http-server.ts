import cors from 'cors';
import express from 'express';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { BailiwickError } from '../errors.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { AuthorizationServer } from '../identity/server/authorization-server.ts';
import type { Identity } from '../identity/identity.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createAuthentication, requireCurrentProof, requireProof } from './authentication.ts';
import { createGuard, createHeaderCheck } from './guards.ts';
import { createCredentialWatch } from './credential-watch.ts';
import { connectionLimits, limitHeaders } from './connection-limits.ts';
import { toErrorResponse } from './error-response.ts';
import { createLegacySessions } from './legacy-sessions.ts';
import { createMcpRoute } from './mcp-route.ts';
import { createAuthorizationRoutes } from './authorization-routes.ts';
import { createMetadataRoute } from './metadata-route.ts';
import { createModernLeg } from './modern-leg.ts';
import { parseListen, type ServerSettings } from './settings.ts';
import { takeOver } from './short-path/hand-over.ts';
import { toOriginForm } from './origin-form.ts';
import { createShortPath } from './short-path/short-path.ts';
import { createSignInRoutes, type SignInPages } from './sign-in-routes.ts';

export interface HttpServerOptions {
  readonly settings: ServerSettings;
  readonly gateway: Gateway;
  /** Who calls. */
  readonly identity: Identity;
  /** False while sources are still starting, and from the beginning of a stop. */
  readonly isReady: () => boolean;
  /** Where people sign in to sources. */
  readonly signIns?: SignInPages;
  /** Where clients get tokens, where this server gives them out itself. */
  readonly authorizationServer?: AuthorizationServer;
  /** How often an open event stream is told that it is alive. Absent: every 15 seconds. */
  readonly keepAliveMs?: number | undefined;
  /** How long a question between its calls waits for a legacy client that has no stream open. Absent: a minute. */
  readonly askPatienceMs?: number | undefined;
  readonly logger: Logger;
  /** Every request goes through express and the SDK: for tests that compare the two ways. */
  readonly withoutShortPath?: boolean;
}

export interface HttpServer {
  /** `http://127.0.0.1:8808`, without a path. */
  readonly url: string;
  /** The IP address that the listener is bound to. */
  readonly address: string;
  /** Stops accepting, ends sessions and streams. Calls in flight are the caller's to drain first. */
  close(): Promise<void>;
  /** Stops accepting connections and lets what is open go on. */
  stopAccepting(): void;
}

/**
 * Listens, and resolves once it does.
 *
 * @throws BailiwickError `PORT_IN_USE`, or `CONFIGURATION` where the address or the TLS files cannot be used.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { settings, gateway, logger } = options;
  const { host, port } = parseListen(settings.listen) ?? { host: '127.0.0.1', port: 0 };
  const credentials = createCredentialWatch(options.identity, gateway.road.now);
  const legacy = createLegacySessions({
    gateway,
    logger,
    maxSessions: settings.maxSessions,
    maxSessionsPerPrincipal:
      settings.maxSessionsPerPrincipal ?? Math.max(1, Math.floor(settings.maxSessions / 2)),
    idleMs: settings.sessionIdleMs,
    maxBodyBytes: settings.maxBodyBytes,
    keepAliveMs: options.keepAliveMs,
    askPatienceMs: options.askPatienceMs,
    credentials,
  });
  const modern = createModernLeg({ ...options, credentials }, settings.maxBodyBytes);

  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', (_request, response) => {
    const ready = options.isReady();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready' });
  });
  app.use(limitHeaders);
  const checkHeaders = createHeaderCheck({ listenHost: host, ...settings });
  app.use(createMetadataRoute(options.identity, checkHeaders, settings.publicUrl));
  app.use(createGuard(checkHeaders));
  if (settings.origins.length > 0) {
    const exposedHeaders = ['Mcp-Session-Id', 'WWW-Authenticate', 'DPoP-Nonce', 'Retry-After'];
    app.use(
      cors({
        origin: [...settings.origins],
        exposedHeaders,
        methods: ['GET', 'POST', 'DELETE'],
        maxAge: 600,
      }),
    );
  }
  if (options.signIns) app.use(createSignInRoutes(options.signIns));
  if (options.authorizationServer) {
    app.use(createAuthorizationRoutes(options.authorizationServer, basePathOf(settings.publicUrl)));
  }
  const route = createMcpRoute({ ...options, legacy, modern });
  const authentication = createAuthentication(options.identity, {
    listenAddress: () => address,
    now: gateway.road.now,
  });
  // Whoever is not known learns nothing of which endpoints there are.
  app.all(['/mcp', '/mcp/*below'], requireProof(gateway, authentication));
  app.all(
    ['/mcp', '/mcp/:name'],
    takeOver(express.json({ limit: settings.maxBodyBytes, strict: false, inflate: false })),
    requireCurrentProof(authentication),
    route,
  );
  app.use((request) => {
    throw new BailiwickError(
      'UNKNOWN_ENDPOINT',
      `nothing is served at ${request.path}; the endpoint is /mcp`,
    );
  });
  app.use(toErrorResponse(options.identity, () => address, logger));

  const shortPath = createShortPath({
    gateway,
    checkHeaders,
    authentication,
    maxBodyBytes: settings.maxBodyBytes,
  });
  const server = createServer(settings, toOriginForm(options.withoutShortPath ? app : shortPath(app)));
  await listen(server, host, port);
  const { address, port: bound } = server.address() as AddressInfo;
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    address,
    url: `${settings.tls ? 'https' : 'http'}://${shownHost}:${bound}`,
    stopAccepting() {
      server.close();
      server.closeIdleConnections();
    },
    async close() {
      server.close();
      authentication.close();
      credentials.close();
      await Promise.all([legacy.close(), modern.close()]);
      server.closeAllConnections();
    },
  };
}

function basePathOf(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/$/, '');
}

function createServer(settings: ServerSettings, app: RequestListener): Server {
  const limits = connectionLimits(settings);
  if (!settings.tls) return createHttpServer(limits, app);
  const { cert, key } = settings.tls;
  try {
    return createHttpsServer({ ...limits, cert: readFileSync(cert), key: readFileSync(key) }, app);
  } catch (error) {
    throw new BailiwickError(
      'CONFIGURATION',
      `server.tls: ${cert} and ${key} cannot be used as certificate and key`,
      {
        cause: error,
      },
    );
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') {
      throw new BailiwickError(
        'PORT_IN_USE',
        `${host}:${port} is in use by another program. Stop it, or set server.listen to another port.`,
        { cause: error },
      );
    }
    throw new BailiwickError(
      'CONFIGURATION',
      `cannot listen on ${host}:${port} (${code ?? 'unknown'}); check server.listen`,
      {
        cause: error,
      },
    );
  }
  server.removeListener('error', reject);
}
