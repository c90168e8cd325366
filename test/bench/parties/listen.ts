import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';

/** Serves on a free port of the loopback interface and says where, as the first line on standard output. */
export function listen(listener: RequestListener): void {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}/mcp`);
  });
}
