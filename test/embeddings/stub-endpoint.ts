import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request as it came over the wire. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

export type Answer = (asked: Asked, response: ServerResponse) => void;

export interface StubEndpoint {
  readonly url: string;
  readonly asked: Asked[];
  /** Texts that were to be embedded, in the order in which they came. */
  readonly texts: () => string[];
  /** What it answers from now on. */
  answer: Answer;
  close(): Promise<void>;
}

/** A real server on this machine, which answers as it is told. */
export async function openStub(
  answer: Answer,
  tls?: { readonly cert: string; readonly key: string },
): Promise<StubEndpoint> {
  const asked: Asked[] = [];
  const receive = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const one: Asked = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      };
      asked.push(one);
      stub.answer(one, response);
    });
    request.on('error', () => {});
    response.on('error', () => {});
  };
  const server = tls ? createTlsServer(tls, receive) : createServer(receive);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stub: StubEndpoint = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    texts: () => asked.flatMap(({ body }) => textsIn(body)),
    answer,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return stub;
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Answers as OpenAI does. */
export function asOpenAi(options: { model?: string; dimensions?: number; meaning?: Meaning } = {}): Answer {
  const { model = 'stand-in', dimensions = 64, meaning = {} } = options;
  return ({ body }, response) =>
    json(response, {
      object: 'list',
      model,
      data: textsIn(body).map((text, index) => ({
        object: 'embedding',
        index,
        embedding: hashVector(text, dimensions, meaning),
      })),
      usage: { prompt_tokens: 1, total_tokens: 1 },
    });
}

/** Words that mean the same: each stands for its value. */
export type Meaning = Readonly<Record<string, string>>;

/** A deterministic stand-in for a model: texts with words of the same meaning are near each other. */
export function hashVector(text: string, dimensions: number, meaning: Meaning = {}): number[] {
  const vector = Array.from({ length: dimensions }, () => 0.001);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const digest = createHash('sha256')
      .update(meaning[word] ?? word)
      .digest();
    const at = digest.readUInt32LE(0) % dimensions;
    vector[at] = (vector[at] ?? 0) + 1;
  }
  return vector;
}

export function textsIn({ input, inputs }: Record<string, unknown>): string[] {
  return [input ?? inputs ?? []].flat() as string[];
}
