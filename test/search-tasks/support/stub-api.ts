import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json, JsonObject } from '../../../src/catalog/json.ts';
import { readDocument, type ApiOperation } from './document.ts';

/** A request as it came over the wire. */
export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
  /** What the API's document says against it; empty: nothing. */
  readonly problem: string;
}

/**
 * An API on a free port that knows no more than its document. It checks of each request the method, path, query and body, and
 * answers with the least that the document says of a success: an example of it, or what its schema requires.
 *
 * @param real what is right goes on to this API, whose answer it is then
 */
export async function startStubApi(document: JsonObject, real?: string) {
  const operations = readDocument(document);
  let arrived: Arrived[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://api');
      const text = await readText(request);
      const operation = operations(request.method ?? '', url.pathname);
      const body = text === '' ? undefined : (JSON.parse(text) as Json);
      const query = Object.fromEntries(url.searchParams);
      const problem = operation ? whyRefused(operation, request, query, body) : 'there is no such operation';
      arrived.push({ method: request.method ?? '', path: url.pathname, query, body, problem });
      if (!operation || problem !== '') {
        response.writeHead(operation ? 422 : 404, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ message: problem }));
        return;
      }
      if (real !== undefined) {
        const answer = await fetch(`${real}${request.url ?? '/'}`, {
          method: request.method ?? 'GET',
          headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
          ...(text !== '' && { body: text }),
        });
        response.writeHead(answer.status, {
          'content-type': answer.headers.get('content-type') ?? 'text/plain',
        });
        response.end(await answer.text());
        return;
      }
      const { status, mediaType, value } = operation.answer();
      response.writeHead(status, mediaType === undefined ? {} : { 'content-type': mediaType });
      response.end(mediaType === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What arrived since this was last asked. */
    take(): Arrived[] {
      const taken = arrived;
      arrived = [];
      return taken;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function whyRefused(
  { queryNames, requiredQuery, whyInvalid, mediaTypes }: ApiOperation,
  request: IncomingMessage,
  query: Readonly<Record<string, string>>,
  body: Json | undefined,
): string {
  const unknown = Object.keys(query).filter((name) => !queryNames.includes(name));
  if (unknown.length > 0) return `unknown in the query: ${unknown.join(', ')}`;
  const missing = requiredQuery.filter((name) => !(name in query));
  if (missing.length > 0) return `missing in the query: ${missing.join(', ')}`;
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0] ?? '';
  if (body !== undefined && !mediaTypes.includes(mediaType) && !mediaTypes.includes('*/*')) {
    return `a body of type ${mediaType}, not of ${mediaTypes.join(' or ') || 'none'}`;
  }
  return whyInvalid(body, mediaType);
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
