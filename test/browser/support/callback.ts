import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a program of this machine receives the browser (RFC 8252, section 7.3). */
export interface Callback {
  readonly url: string;
  /** With what the browser came back. @throws where it did not */
  arrived(): URL;
  close(): void;
}

export async function startCallback(): Promise<Callback> {
  let arrived: URL | undefined;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', origin);
    if (url.pathname === '/callback') arrived = url;
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Back</title>');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/callback`,
    arrived() {
      if (!arrived) throw new Error('the browser was not sent back');
      return arrived;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
