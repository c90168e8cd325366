import { spawn } from 'node:child_process';
import path from 'node:path';
import { BIN } from '../support/command-line.ts';
import { INITIALIZE, post } from '../support/raw-http.ts';

const VERSION = '2026-07-28';
const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientCapabilities': {},
};

export type Message = Record<string, unknown>;
export type Params = Record<string, unknown>;
/** Sends a request, and returns all messages of the answer. */
export type Send = (method: string, params: Params) => Promise<Message[]>;

/** A way in, as a client uses it that knows no SDK. */
export interface Leg {
  readonly era: 'legacy' | 'modern';
  readonly send: Send;
  close(): void;
}

/** The messages of a JSON body, or of an event stream. */
function messagesOf(text: string): Message[] {
  if (text.startsWith('{')) return [JSON.parse(text) as Message];
  return text
    .split('\n')
    .filter((line) => line.startsWith('data:') && line.length > 6)
    .map((line) => JSON.parse(line.slice(5)) as Message);
}

/** @param contentType one that is unusual goes through the SDK, not the short path */
export function modernHttp(endpoint: string, contentType = 'application/json'): Leg {
  return {
    era: 'modern',
    close() {},
    async send(method, { _meta: meta, ...params }) {
      const name = params['name'] ?? params['uri'];
      const body = {
        jsonrpc: '2.0',
        id: 'call',
        method,
        params: { ...params, _meta: { ...(meta as object), ...ENVELOPE } },
      };
      const headers = {
        'content-type': contentType,
        'mcp-protocol-version': VERSION,
        'mcp-method': method,
        ...(typeof name === 'string' && { 'mcp-name': name }),
      };
      return messagesOf((await post(endpoint, JSON.stringify(body), headers)).text);
    },
  };
}

/** A session. With `isResumed` the answer is read from the stream that goes on where the first one broke. */
export async function legacyHttp(endpoint: string, isResumed = false): Promise<Leg> {
  const opened = await post(endpoint, JSON.stringify(INITIALIZE));
  const session = {
    'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
    'mcp-protocol-version': '2025-11-25',
  };
  await post(endpoint, '{"jsonrpc":"2.0","method":"notifications/initialized"}', session);
  return {
    era: 'legacy',
    close() {},
    async send(method, params) {
      const body = { jsonrpc: '2.0', id: 'call', method, params };
      const { text } = await post(endpoint, JSON.stringify(body), session);
      if (!isResumed) return messagesOf(text);
      const first = /^id: ?(\S+)/m.exec(text)?.[1] ?? '';
      const rest = await fetch(endpoint, {
        headers: { ...session, accept: 'text/event-stream', 'last-event-id': first },
      });
      return readAnswer(rest);
    },
  };
}

/** The messages up to the first event with data, of a stream that stays open. */
async function readAnswer(response: Response): Promise<Message[]> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const messages = text.endsWith('\n\n') ? messagesOf(text) : [];
    if (messages.length > 0) return messages;
  }
  throw new Error(`the stream ended with ${JSON.stringify(text)}`);
}

/** A gateway of its own, on standard input and output. */
export async function stdio(folder: string, era: Leg['era']): Promise<Leg> {
  const config = path.join(folder, 'bailiwick.yaml');
  const child = spawn(process.execPath, [BIN, 'serve', '--stdio', '--config', config], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const answers = new Map<unknown, (message: Message) => void>();
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = JSON.parse(line) as Message;
      answers.get(message['id'])?.(message);
    }
  });
  let last = 0;
  const ask = (message: Message): Promise<Message> => {
    const id = (last += 1);
    const { promise, resolve } = Promise.withResolvers<Message>();
    answers.set(id, resolve);
    child.stdin.write(`${JSON.stringify({ ...message, jsonrpc: '2.0', id })}\n`);
    return promise;
  };
  if (era === 'legacy') {
    await ask(INITIALIZE);
    child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  }
  return {
    era,
    close: () => void child.kill(),
    send: async (method, params) => [
      await ask({ method, params: era === 'legacy' ? params : { ...params, _meta: ENVELOPE } }),
    ],
  };
}
