import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { fetchText } from '../../src/config/fetch-text.ts';

/** The address of a server on this machine that answers so. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test('a document that is there is fetched as text', async () => {
  const url = await serve((_request, response) => response.end('{"name":"Ωmega"}'));
  expect(await fetchText(url)).toEqual({ text: '{"name":"Ωmega"}' });
});

test.each<[string, RequestListener, string]>([
  [
    'a document that is not there',
    (_request, response) => response.writeHead(404).end('no'),
    'which was answered with 404',
  ],
  [
    'a redirect, wherever it leads',
    (_request, response) => response.writeHead(302, { location: '/other' }).end(),
    'which could not be fetched',
  ],
  [
    'bytes that are no text',
    (_request, response) => response.end(Buffer.from([0xff, 0xfe, 0xfd])),
    'which could not be fetched',
  ],
  ['a connection that breaks', (request) => request.socket.destroy(), 'which could not be fetched'],
  [
    'more than anybody could mean',
    (_request, response) => response.end(Buffer.alloc(17_000_000, 0x20)),
    'which is larger than 16777216 bytes',
  ],
])('%s has a reason instead of a text', async (_what, listener, reason) => {
  expect(await fetchText(await serve(listener))).toEqual({ reason });
});

test('an address where nobody answers has a reason, too', async () => {
  expect(await fetchText('http://127.0.0.1:1/')).toEqual({ reason: 'which could not be fetched' });
});
