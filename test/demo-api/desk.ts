import { onTestFinished } from 'vitest';
import { startDemoApi } from '../../src/cli/demo-api/server.ts';

/** 20 November 2026, 12:00 UTC. */
export const NOON = Date.UTC(2026, 10, 20, 12);

/** A desk of its own on a free port, closed when the test ends. */
export async function openDesk(options: { apiKey?: string } = {}) {
  const desk = await startDemoApi({ host: '127.0.0.1', port: 0, now: () => NOON, ...options });
  onTestFinished(() => desk.close());
  return {
    url: desk.url,
    get: (path: string, headers: Record<string, string> = {}) =>
      ask(desk.url, 'GET', path, undefined, headers),
    post: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      ask(desk.url, 'POST', path, body, headers),
    patch: (path: string, body: unknown) => ask(desk.url, 'PATCH', path, body, {}),
    delete: (path: string) => ask(desk.url, 'DELETE', path, undefined, {}),
  };
}

async function ask(
  url: string,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
) {
  const response = await fetch(url + path, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const contentType = response.headers.get('content-type') ?? '';
  // oxlint-disable-next-line typescript/no-explicit-any -- what was answered is looked at, not typed
  const json: any = contentType.includes('json') ? JSON.parse(bytes.toString()) : undefined;
  return { status: response.status, headers: response.headers, contentType, bytes, json };
}
