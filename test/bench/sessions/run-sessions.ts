import { readFile } from 'node:fs/promises';
import { hashKey } from '../../../src/identity/static-keys.ts';
import { startGateway, type GatewayProcess } from '../../support/gateway-process.ts';
import { ACCEPT, INITIALIZE } from '../../support/raw-http.ts';
import { formatMarkdownTable } from '../markdown-table.ts';

/** Resident memory of the gateway process with so many sessions, in MiB. */
interface SessionsLine {
  readonly sessions: number;
  readonly what: string;
  readonly mebibytes: number;
}

const SESSIONS = 1_000;

/** Opened at a time. */
const AT_ONCE = 20;

const KEY = 'bw_bench-sessions-key-0001';

/** What a session is used for before it is left alone: its client looks at the lists and makes a call. */
const USE = ['tools/list', 'resources/list', 'prompts/list'];

/**
 * What idle sessions of MCP 2025-11-25 cost: each is initialized, has read its lists, and then stands with nothing open; then
 * each opens its stream as well. Identity, policy, record and resumable streams are on.
 */
export async function runSessionsBench(onProgress: (line: string) => void): Promise<SessionsLine[]> {
  const gateway = await startGateway({
    sources: {
      bench: { mcp: { command: [process.execPath, new URL('server.ts', import.meta.url).pathname] } },
    },
    identity: {
      principals: { bench: { scopes: ['bench:read'] } },
      keys: [{ principal: 'bench', hash: hashKey(KEY) }],
    },
    policy: {
      policy: 'bench',
      scopes: { 'bench:read': { source: 'bench', access: ['read', 'write', 'destructive'] } },
    },
    server: { maxSessions: 2 * SESSIONS },
  });
  const streams: AbortController[] = [];
  try {
    const lines = [{ sessions: 0, what: 'started', mebibytes: await residentOf(gateway) }];
    const ids: string[] = [];
    for (let first = 0; first < SESSIONS; first += AT_ONCE) {
      onProgress(`sessions: ${first} of ${SESSIONS}`);
      ids.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => openSession(gateway.url)))));
    }
    lines.push({ sessions: SESSIONS, what: 'idle', mebibytes: await residentOf(gateway) });
    for (const id of ids) streams.push(await openStream(gateway.url, id));
    lines.push({
      sessions: SESSIONS,
      what: 'each with its stream open',
      mebibytes: await residentOf(gateway),
    });
    return lines;
  } finally {
    for (const stream of streams) stream.abort();
    await gateway.stop();
  }
}

export function formatSessionsTable(lines: readonly SessionsLine[]): string {
  const rows = lines.map(({ sessions, what, mebibytes }) => [
    sessions === 0 ? 'none' : String(sessions),
    what,
    mebibytes.toFixed(0),
  ]);
  return formatMarkdownTable(['sessions', 'state', 'resident MiB'], rows);
}

async function openSession(url: string): Promise<string> {
  const opened = await send(url, {}, INITIALIZE);
  const id = opened.headers.get('mcp-session-id') ?? '';
  const headers = { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' };
  await send(url, headers, { jsonrpc: '2.0', method: 'notifications/initialized' });
  for (const [index, method] of USE.entries()) {
    await send(url, headers, { jsonrpc: '2.0', id: index + 2, method });
  }
  const params = { name: 'bench_echo', arguments: { text: 'once' } };
  await send(url, headers, { jsonrpc: '2.0', id: 10, method: 'tools/call', params });
  return id;
}

async function send(url: string, headers: Record<string, string>, message: object): Promise<Response> {
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    body: JSON.stringify(message),
    headers: {
      'content-type': 'application/json',
      ...ACCEPT,
      authorization: `Bearer ${KEY}`,
      ...headers,
    },
  });
  const text = await response.text();
  if (!response.ok || text.includes('"error"')) throw new Error(`${response.status} ${text.slice(0, 500)}`);
  return response;
}

async function openStream(url: string, id: string): Promise<AbortController> {
  const controller = new AbortController();
  const response = await fetch(`${url}/mcp`, {
    signal: controller.signal,
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${KEY}`,
      'mcp-session-id': id,
      'mcp-protocol-version': '2025-11-25',
    },
  });
  if (!response.ok) throw new Error(`the stream was not opened: ${response.status}`);
  return controller;
}

async function residentOf(gateway: GatewayProcess): Promise<number> {
  const status = await readFile(`/proc/${gateway.child.process.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
