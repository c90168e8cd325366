import { Agent, request } from 'undici';

const VERSION = '2026-07-28';
const LEGACY_VERSION = '2025-11-25';

/** Clients of both eras, as raw messages: nothing of theirs is remembered here between two requests. */
export interface Traffic {
  /** A call of a modern client. */
  call(): Promise<void>;
  /** A list of a modern client. */
  list(): Promise<void>;
  /** A modern client listens for changes, and goes away. */
  listen(): Promise<void>;
  /** A legacy client opens a session, lists, calls, opens its stream, and ends the session. */
  session(): Promise<void>;
  /** A modern client that goes away before its answer. */
  vanish(): Promise<void>;
  close(): Promise<void>;
}

export function createTraffic(url: string, authorization: string): Traffic {
  const agent = new Agent({ connections: 64 });
  let lastId = 0;

  const post = async (body: object, headers: Record<string, string>, signal?: AbortSignal) => {
    const answer = await request(url, {
      method: 'POST',
      dispatcher: agent,
      headers: {
        authorization,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...body }),
      ...(signal && { signal }),
    });
    if (answer.statusCode >= 300) {
      throw new Error(`HTTP ${answer.statusCode}: ${(await answer.body.text()).slice(0, 300)}`);
    }
    return answer;
  };

  const modern = (method: string, params: object, signal?: AbortSignal) => {
    const { name } = params as { name?: string };
    const headers = {
      'mcp-protocol-version': VERSION,
      'mcp-method': method,
      ...(name !== undefined && { 'mcp-name': name }),
    };
    const meta = {
      'io.modelcontextprotocol/protocolVersion': VERSION,
      'io.modelcontextprotocol/clientInfo': { name: 'soak', version: '1.0.0' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    return post({ id: ++lastId, method, params: { ...params, _meta: meta } }, headers, signal);
  };

  const expectText = async (answer: Awaited<ReturnType<typeof post>>, wanted: string): Promise<void> => {
    const text = await answer.body.text();
    if (!text.includes(wanted)) throw new Error(`an answer without ${wanted}: ${text.slice(0, 300)}`);
  };

  return {
    call: async () =>
      expectText(await modern('tools/call', { name: 'read_00', arguments: { text: 'soaked' } }), 'soaked'),
    list: async () => expectText(await modern('tools/list', {}), 'read_00'),
    async listen() {
      const answer = await modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
      for await (const chunk of answer.body) {
        if (String(chunk).includes('acknowledged')) break;
      }
      answer.body.destroy();
    },
    async session() {
      const opened = await post(
        {
          id: 1,
          method: 'initialize',
          params: {
            protocolVersion: LEGACY_VERSION,
            capabilities: {},
            clientInfo: { name: 'soak', version: '1' },
          },
        },
        {},
      );
      await expectText(opened, 'protocolVersion');
      const session = {
        'mcp-session-id': String(opened.headers['mcp-session-id']),
        'mcp-protocol-version': LEGACY_VERSION,
      };
      await (await post({ method: 'notifications/initialized' }, session)).body.dump();
      await expectText(await post({ id: 2, method: 'tools/list' }, session), 'read_00');
      const params = { name: 'read_00', arguments: { text: 'soaked' } };
      await expectText(await post({ id: 3, method: 'tools/call', params }, session), 'soaked');
      const headers = { authorization, accept: 'text/event-stream', ...session };
      const stream = await request(url, { method: 'GET', dispatcher: agent, headers });
      stream.body.destroy();
      const ended = await request(url, { method: 'DELETE', dispatcher: agent, headers });
      await ended.body.dump();
    },
    async vanish() {
      const controller = new AbortController();
      const call = modern('tools/call', { name: 'read_01', arguments: { text: 'gone' } }, controller.signal);
      setImmediate(() => controller.abort());
      await call
        .then(
          ({ body }) => body.dump(),
          () => undefined,
        )
        .catch(() => undefined);
    },
    close: () => agent.destroy(),
  };
}
