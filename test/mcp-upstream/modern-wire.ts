import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Message {
  id?: number | string;
  method: string;
  params: Record<string, unknown> & { _meta?: Record<string, unknown> };
}

/** A hand-written server of the modern era that answers each method with what it is told, unchecked. */
export async function startModernServer(
  answers: Record<
    string,
    (message: Message, request: IncomingMessage, response: ServerResponse) => object | undefined
  >,
): Promise<{ url: string; seen: Message[]; stop: () => void }> {
  const seen: Message[] = [];
  const http = createServer((request, response) => void serve(request, response));
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const message = JSON.parse(await readBody(request)) as Message;
    seen.push(message);
    const defaults: typeof answers = {
      'server/discover': () => ({
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
        ttlMs: 0,
        cacheScope: 'private',
      }),
    };
    const answer = (answers[message.method] ?? defaults[message.method])?.(message, request, response);
    if (response.headersSent) return;
    response.writeHead(200, { 'content-type': 'application/json' });
    const outcome = answer && 'error' in answer ? answer : { result: { resultType: 'complete', ...answer } };
    response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...outcome }));
  };
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const stop = (): void => {
    http.closeAllConnections();
    http.close();
  };
  onTestFinished(stop);
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`, seen, stop };
}

export async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
