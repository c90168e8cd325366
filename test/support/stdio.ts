import { PassThrough } from 'node:stream';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { startStdioServer } from '../../src/server/stdio-server.ts';
import { createClient, type AnyClient, type ClientKind } from './clients.ts';

/**
 * A client of a gateway on standard input and output, but for the process: both speak lines over two streams of this one.
 * What starts a process, and what one is asked for on its command line, is tested where that is the promise.
 */
export async function connectOverStdio(
  kind: ClientKind,
  served: Omit<Parameters<typeof startStdioServer>[0], 'streams'>,
): Promise<AnyClient & AsyncDisposable> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const server = startStdioServer({ ...served, streams: { input, output } });
  // It is a transport over two streams, whichever side stands at its end.
  const transport = new StdioServerTransport(output, input);
  const client = createClient(kind);
  await client.connect(transport);
  const close = client.close.bind(client);
  return Object.assign(client as unknown as AnyClient, {
    async [Symbol.asyncDispose]() {
      await close();
      await server.close();
    },
  });
}
