import cors from 'cors';
import express, { type ErrorRequestHandler, type Request, type Response } from 'express';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Via } from '../audit/record.ts';
import { BailiwickError, ERRORS, toBailiwickError } from '../errors.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Identity } from '../identity/identity.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createGuard, createHeaderCheck } from './guards.ts';
import { connectionLimits, limitHeaders } from './connection-limits.ts';
import { createLegacySessions } from './legacy-sessions.ts';
import { createMcpRoute } from './mcp-route.ts';
import { createModernLeg } from './modern-leg.ts';
import { parseListen, type ServerSettings } from './settings.ts';
import { toRequestFacts } from './request-facts.ts';
import { takeOver } from './short-path/hand-over.ts';
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
    identity: options.identity,
  });
  const modern = createModernLeg(options, settings.maxBodyBytes);

  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', (_request, response) => {
    const ready = options.isReady();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready' });
  });
  app.use(limitHeaders);
  const checkHeaders = createHeaderCheck({ listenHost: host, ...settings });
  app.use(createGuard(checkHeaders));
  if (settings.origins.length > 0) {
    const exposedHeaders = ['Mcp-Session-Id', 'WWW-Authenticate'];
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
  const route = createMcpRoute({ ...options, legacy, modern });
  app.all(
    ['/mcp', '/mcp/:source'],
    authenticated(options, () => address),
    takeOver(express.json({ limit: settings.maxBodyBytes, strict: false, inflate: false })),
    route,
  );
  app.use((request) => {
    throw new BailiwickError(
      'UNKNOWN_ENDPOINT',
      `nothing is served at ${request.path}; the endpoint is /mcp`,
    );
  });
  app.use(toErrorResponse(logger));

  const shortPath = createShortPath({
    gateway,
    checkHeaders,
    identity: options.identity,
    listenAddress: () => address,
    maxBodyBytes: settings.maxBodyBytes,
  });
  const server = createServer(settings, options.withoutShortPath ? app : shortPath(app));
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
      await Promise.all([legacy.close(), modern.close()]);
      server.closeAllConnections();
    },
  };
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

/** Authentication comes before the body is read: a flood of bad credentials costs no parsing. */
function authenticated({ gateway, identity }: HttpServerOptions, listenAddress: () => string) {
  return async function authenticate(request: Request, response: Response, next: () => void): Promise<void> {
    const facts = toRequestFacts(request, listenAddress());
    try {
      response.locals['proof'] = await identity.identify(facts);
    } catch (thrown) {
      const error = toBailiwickError(thrown);
      const ip = facts.remoteAddress;
      const via: Via = { face: 'http', ...(ip !== undefined && { ip }) };
      const result = { status: 'refused', code: error.code } as const;
      await gateway.road.record({ type: 'call.refused', via, result }, { durable: false });
      if (error.code === 'UNAUTHENTICATED') {
        response.setHeader('WWW-Authenticate', identity.challenge(error, facts));
      }
      throw error;
    }
    next();
  };
}

/** Every fault of the HTTP face as a JSON-RPC error with the status of its row in `errors.ts`. */
function toErrorResponse(logger: Logger): ErrorRequestHandler {
  return function answerError(thrown: unknown, _request, response, next): void {
    if (response.headersSent) {
      next(thrown);
      return;
    }
    const { error, rpc } = fromBodyParser(thrown) ?? { error: toBailiwickError(thrown), rpc: undefined };
    if (error.code === 'INTERNAL') logger.error({ err: thrown }, 'a request failed inside Bailiwick');
    const row = ERRORS[error.code];
    const code = rpc ?? ('rpc' in row ? row.rpc : ERRORS.INTERNAL.rpc);
    response.status(row.http).json({
      jsonrpc: '2.0',
      id: null,
      error: { code, message: error.message, data: { code: error.code } },
    });
  };
}

const PARSE_ERROR = -32_700;

/** What express and its body parser throw at a client's mistake: errors with a 4xx status. */
function fromBodyParser(thrown: unknown): { error: BailiwickError; rpc: number | undefined } | undefined {
  const { type, status, limit } = (thrown ?? {}) as { type?: unknown; status?: unknown; limit?: number };
  if (thrown instanceof BailiwickError || typeof status !== 'number' || status < 400 || status > 499)
    return undefined;
  if (type === 'entity.too.large') {
    const message = `the request body is over ${limit} bytes (server.maxBodyBytes)`;
    return { error: new BailiwickError('REQUEST_TOO_LARGE', message), rpc: undefined };
  }
  return type === 'entity.parse.failed'
    ? { error: new BailiwickError('INVALID_REQUEST', 'Parse error: the body is not JSON'), rpc: PARSE_ERROR }
    : { error: new BailiwickError('INVALID_REQUEST', 'the request cannot be read'), rpc: undefined };
}
