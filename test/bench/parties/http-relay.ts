/**
 * The least that a relay can do: bytes in, bytes out. Reads the request, sends it on, streams the answer back, and knows
 * nothing of what is inside. Its one argument is the upstream's URL.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Pool } from 'undici';
import { listen } from './listen.ts';

const NOT_FORWARDED = new Set(['connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding']);

const upstream = new URL(process.argv[2] ?? '');
const pool = new Pool(upstream.origin, { connections: 128 });

async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request);
  const answer = await pool.request({
    method: request.method === 'POST' ? 'POST' : 'GET',
    path: upstream.pathname,
    headers: forwarded(request.headers),
    body,
  });
  response.writeHead(answer.statusCode, forwarded(answer.headers));
  await pipeline(answer.body, response);
}

function forwarded(headers: NodeJS.Dict<string | string[]>): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !NOT_FORWARDED.has(name)) kept[name] = value;
  }
  return kept;
}

listen((request, response) => {
  relay(request, response).catch((error: unknown) => {
    console.error(error);
    response.destroy();
  });
});
