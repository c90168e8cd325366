import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../../src/catalog/json.ts';
import { ACCEPT } from '../support/raw-http.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends what `fetch` would not: any method, header and path, as it is written. */
export function send(
  base: string,
  options: {
    method?: string;
    path: string;
    headers?: Record<string, string | string[]>;
    body?: string;
  },
): Promise<Answer> {
  const { method = 'GET', path, headers = {}, body } = options;
  const { hostname, port } = new URL(base);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ hostname: host, port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
      response.on('error', reject);
    });
    outgoing.on('error', reject).end(body);
  });
}

export interface Message {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A message of MCP up to 2025-11-25, in a session where it names one. */
export function legacy(method: string, params: JsonObject = {}, session?: string): Message {
  return toMessage(
    { jsonrpc: '2.0', id: 7, method, params },
    {
      'mcp-protocol-version': '2025-11-25',
      ...(session !== undefined && { 'mcp-session-id': session }),
    },
  );
}

/** A request of MCP 2026-07-28. */
export function modern(method: string, params: JsonObject = {}): Message {
  const name = params['name'] ?? params['uri'];
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  return toMessage(
    { jsonrpc: '2.0', id: 7, method, params: { ...params, _meta } },
    {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': name }),
    },
  );
}

/** A body as it is, with its length: what most clients send. */
export function toMessage(content: JsonObject, headers: Record<string, string> = {}): Message {
  const body = JSON.stringify(content);
  return {
    body,
    headers: {
      ...ACCEPT,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    },
  };
}
