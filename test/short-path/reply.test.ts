import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createReply } from '../../src/server/short-path/reply.ts';

test('a client that does not read costs so much memory and no more, whatever its call is told', async () => {
  const held = Promise.withResolvers<number>();
  const server = createServer((_request, response) => {
    const reply = createReply(response);
    const data = 'x'.repeat(65_536);
    for (let count = 0; count < 1_000; count++) reply.tell('notifications/message', { data });
    held.resolve(response.writableLength);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  socket.pause();
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
  expect(await held.promise).toBeLessThan(5_000_000);
});
