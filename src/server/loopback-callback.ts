import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SIGN_IN_MS, type Callback, type SignInPlace } from '../upstream/mcp/auth/sign-in-desk.ts';
import { PAGE_HEADERS } from './pages/frame.ts';
import { endPage } from './pages/source-sign-in.ts';
import { toCallback, type SignInPages } from './sign-in-routes.ts';

/**
 * Receives one browser on a free port of this machine (RFC 8252 §7.3), for programs without an HTTP face. The browser is that
 * of who started the program, so that nothing has to be confirmed.
 */
export async function openLoopbackPlace(pages: Pick<SignInPages, 'finish'>): Promise<SignInPlace> {
  const server = createServer((request, response) => {
    const { method, url = '/', headers } = request;
    if (method !== 'GET' || !/^\/oauth\/callback(\?|$)/.test(url)) {
      response.writeHead(404).end();
      return;
    }
    void answer(pages, toCallback(url, headers.cookie), response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  const { port } = server.address() as AddressInfo;
  const timer = setTimeout(() => server.close(), SIGN_IN_MS).unref();
  return {
    callbackUrl: `http://127.0.0.1:${port}/oauth/callback`,
    release() {
      clearTimeout(timer);
      server.close();
    },
  };
}

async function answer(
  pages: Pick<SignInPages, 'finish'>,
  callback: Callback,
  response: ServerResponse,
): Promise<void> {
  const end = await pages.finish(callback);
  response.writeHead(end.ok ? 200 : 400, { ...PAGE_HEADERS, connection: 'close' }).end(endPage(end));
}
