import type { ProtocolError } from '@modelcontextprotocol/server';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { endpointNamed } from '../../gateway/endpoint.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { listsTools } from '../../gateway/list.ts';
import { calledInTheEnd } from '../../gateway/listing/built-in.ts';
import { showsTool } from '../../gateway/shows-tool.ts';
import { windowOf } from '../../gateway/window.ts';
import type { Proof } from '../../identity/proof.ts';
import { mirrorsHeaders } from '../../upstream/mcp/parameters.ts';
import type { Authentication } from '../authentication.ts';
import { toCaller, type Client } from '../caller.ts';
import type { HeaderCheck } from '../guards.ts';
import { isServed, toHttpClient } from '../mcp-route.ts';
import { tellFault } from '../protocol-error.ts';
import { answerCommonRequest } from './answer.ts';
import { createCommonRequestReader, MODERN, type CommonRequest } from './common-request.ts';
import { handOver } from './hand-over.ts';
import { createReply, type Reply } from './reply.ts';

export interface ShortPathOptions {
  readonly gateway: Gateway;
  readonly checkHeaders: HeaderCheck;
  readonly authentication: Authentication;
  readonly maxBodyBytes: number;
}

/**
 * Answers the common request without express and the SDK: a `tools/call` or `tools/list` of MCP 2026-07-28 that is plainly right.
 * Only reading it and writing the answer are done here; what is between is the same for every way in.
 *
 * Whatever is uncommon, or wrong in any way, goes to `next` as it came, which alone says what is wrong with it.
 */
export function createShortPath(options: ShortPathOptions): (next: RequestListener) => RequestListener {
  const { gateway, authentication } = options;
  const read = createCommonRequestReader();
  return (next) => (request, response) => {
    const serve = (client: Client | undefined): void => {
      if (client) answerWhenRead(client, request, response, next);
      else next(request, response);
    };
    if (!isCandidate(request, options)) return serve(undefined);
    const client = toClient(request, options);
    if (client instanceof Promise) void client.then(serve);
    else serve(client);
  };

  function answerWhenRead(
    client: Client,
    request: IncomingMessage,
    response: ServerResponse,
    next: RequestListener,
  ): void {
    readBody(request, (text) => {
      const common = read(text, request.headers);
      if (!common || !authentication.isCurrent(request, client.proof) || !isCommonHere(client, common)) {
        handOver(request, text);
        next(request, response);
        return;
      }
      const reply = createReply(response);
      const caller = toCaller(client, {
        ...common,
        era: 'modern',
        session: undefined,
        sessionId: undefined,
        signal: reply.signal,
        tell: reply.tell,
      });
      void answerCommonRequest(gateway, caller, common, reply).catch((error: unknown) =>
        sendFault(reply, common.id, tellFault(gateway.road.logger, error)),
      );
    });
  }
}

const PATH = /^\/mcp(?:\/([a-z][a-z0-9-]{0,23}))?$/;
const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;
const METHODS = new Set<unknown>(['tools/call', 'tools/list']);

/** More than any client sends; what may be sent is limited elsewhere. */
const MAX_RAW_HEADERS = 100;

/** What can be said before the body is read. */
function isCandidate(request: IncomingMessage, { checkHeaders, maxBodyBytes }: ShortPathOptions): boolean {
  const { headers } = request;
  const length = Number(headers['content-length']);
  return (
    request.method === 'POST' &&
    headers['mcp-protocol-version'] === MODERN &&
    METHODS.has(headers['mcp-method']) &&
    length > 0 &&
    length <= maxBodyBytes &&
    JSON_TYPE.test(headers['content-type'] ?? '') &&
    headers['transfer-encoding'] === undefined &&
    headers['content-encoding'] === undefined &&
    headers['mcp-session-id'] === undefined &&
    headers.origin === undefined &&
    request.rawHeaders.length <= MAX_RAW_HEADERS &&
    checkHeaders(headers) === undefined
  );
}

/** Who calls, and where; undefined where somebody else has to say why not. */
function toClient(
  request: IncomingMessage,
  { gateway, authentication }: ShortPathOptions,
): Client | undefined | Promise<Client | undefined> {
  const match = PATH.exec(request.url ?? '');
  if (!match) return undefined;
  const [, name] = match;
  const endpoint = endpointNamed(gateway.current(), name);
  const toServed = (proof: Proof): Client | undefined =>
    isServed(gateway, proof.principal, endpoint)
      ? toHttpClient(gateway, proof, endpoint, request)
      : undefined;
  try {
    const proof = authentication.identify(request);
    return proof instanceof Promise ? proof.then(toServed, () => undefined) : toServed(proof);
  } catch {
    return undefined;
  }
}

/** What is served may have changed while the body came. */
function isCommonHere({ gateway, principal, endpoint }: Client, request: CommonRequest): boolean {
  const snapshot = gateway.current();
  // Without tools the endpoint does not have these methods.
  if (!isServed(gateway, principal, endpoint) || !listsTools(snapshot, principal, endpoint)) return false;
  if (request.method !== 'tools/call') return true;
  const window = windowOf(snapshot, endpoint);
  const called = calledInTheEnd({ snapshot, principal, endpoint }, request);
  const tool = called && window.toolNamed(called.name);
  if (!tool) return true;
  // That a scope is missing is said by the status of the answer.
  const maySay = snapshot.policy.hasStepUp && !showsTool(snapshot.view(principal), window, tool);
  return !maySay && !mirrorsHeaders(tool);
}

function readBody(request: IncomingMessage, use: (text: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () => {
    const [first] = chunks;
    use((chunks.length === 1 && first ? first : Buffer.concat(chunks)).toString('utf8'));
  });
}

const MISSING_CAPABILITY = -32_021;
const LEGACY_RESOURCE_NOT_FOUND = -32_002;
const INVALID_PARAMS = -32_602;

function sendFault(reply: Reply, id: string | number, { code, message, data }: ProtocolError): void {
  const error = { code: code === LEGACY_RESOURCE_NOT_FOUND ? INVALID_PARAMS : code, message, data };
  const text = JSON.stringify({ jsonrpc: '2.0', id, error });
  reply.send([text], code === MISSING_CAPABILITY ? 400 : 200);
}
