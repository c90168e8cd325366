import { timingSafeEqual, createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { BailiwickError } from '../../errors.ts';
import { readJson } from './body.ts';
import { createDesk, type Desk } from './desk.ts';
import type { Answer } from './operation.ts';
import { Problem } from './problem.ts';
import { findOperation } from './routes.ts';

/** How `startDemoApi` serves the help desk of `specs/helpdesk.yaml`. */
export interface DemoApiOptions {
  readonly host: string;
  /** `0` lets the system choose a free port. */
  readonly port: number;
  /** When given, every request must carry it as `X-Api-Key`. */
  readonly apiKey?: string;
  /** Milliseconds since the epoch: stamps what is created or changed. */
  readonly now: () => number;
  /** Called once for each answered request. */
  readonly log?: (request: AnsweredRequest) => void;
}

export interface AnsweredRequest {
  readonly requestId: string;
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  readonly status: number;
}

/** A body that is refused is read on and thrown away up to this many bytes, so that its sender gets to see the answer. */
const MAX_DRAIN = 32 * 1024 * 1024;

/**
 * Serves the help desk from memory: the same data after every start, nothing kept after the end.
 *
 * @throws BailiwickError `PORT_IN_USE` when another program listens there, `CONFIGURATION` when the address cannot be used
 */
export async function startDemoApi(
  options: DemoApiOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const desk = createDesk({ now: options.now });
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    void serve(desk, options, request, response, requestIdOf(request, requests));
  });
  server.requestTimeout = 30_000;
  await listen(server, options);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return { url: `http://${host}:${port}`, close: () => close(server) };
}

async function serve(
  desk: Desk,
  options: DemoApiOptions,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const outcome = await answer(desk, options, request);
  send(request, response, requestId, outcome);
  const { method = '', url: target = '' } = request;
  options.log?.({ requestId, method, target, status: outcome.status });
}

/** Never rejects: what goes wrong is an outcome, too. */
async function answer(
  desk: Desk,
  options: DemoApiOptions,
  request: IncomingMessage,
): Promise<Answer | Problem> {
  try {
    if (options.apiKey !== undefined) requireKey(options.apiKey, request.headers['x-api-key']);
    const { path, query } = splitTarget(request.url ?? '/');
    const { operation, parameters } = findOperation(request.method ?? '', path);
    const body = operation.hasBody === undefined ? undefined : await readJson(request);
    const headers = { 'idempotency-key': request.headers['idempotency-key']?.toString() };
    return operation.run(desk, { path: parameters, query, headers, body });
  } catch (error) {
    if (error instanceof Problem) return error;
    // The sender went away in the middle of the body: nobody will read this.
    if (request.destroyed && !request.complete)
      return new Problem('invalid-request', 'The body ended too early.');
    return new Problem('fault', `The desk failed: ${error instanceof Error ? error.message : 'unknown'}.`);
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  outcome: Answer | Problem,
): void {
  response.statusCode = outcome.status;
  response.setHeader('x-request-id', requestId);
  for (const [name, value] of Object.entries(outcome.headers ?? {})) response.setHeader(name, value);
  if (!request.complete) discardRest(request, response);
  if (outcome instanceof Problem) sendJson(response, 'application/problem+json', outcome.toBody(requestId));
  else if (outcome.file !== undefined) sendBytes(response, outcome.file.contentType, outcome.file.content);
  else if (outcome.json !== undefined) sendJson(response, 'application/json', outcome.json);
  else response.end();
}

function sendJson(response: ServerResponse, contentType: string, value: unknown): void {
  sendBytes(response, contentType, Buffer.from(`${JSON.stringify(value)}\n`));
}

function sendBytes(response: ServerResponse, contentType: string, content: Buffer): void {
  response.setHeader('content-type', contentType);
  response.setHeader('content-length', content.length);
  response.end(content);
}

function discardRest(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('connection', 'close');
  let discarded = 0;
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > MAX_DRAIN) request.destroy();
  });
}

/** `request.url` is whatever stood in the request line, so it is taken apart without `URL`, which may throw. */
function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target, query: new URLSearchParams() }
    : { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) };
}

function requestIdOf(request: IncomingMessage, count: number): string {
  const sent = request.headers['x-request-id'];
  return typeof sent === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(sent) ? sent : `desk-${count}`;
}

function requireKey(expected: string, sent: string | string[] | undefined): void {
  if (typeof sent === 'string' && timingSafeEqual(digest(sent), digest(expected))) return;
  throw new Problem(
    'unauthorized',
    sent === undefined
      ? 'Send the key of this desk in the header X-Api-Key.'
      : 'This X-Api-Key is not the key of this desk.',
  );
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

async function listen(server: Server, { host, port }: DemoApiOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EADDRINUSE') {
      throw new BailiwickError(
        'PORT_IN_USE',
        `the demo help desk cannot listen: ${host}:${port} is in use by another program. Stop that one; or let \`bailiwick demo-api --port <number>\` serve the help desk elsewhere, and name its address in the configuration (sources.helpdesk.url).`,
        { cause: error },
      );
    }
    throw new BailiwickError('CONFIGURATION', `The help desk cannot listen on ${host}:${port} (${code}).`, {
      cause: error,
    });
  }
  server.off('error', reject);
}

async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}
