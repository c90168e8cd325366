import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';

/** An HTTP API that counts what reaches it, and the document that describes it. */
export interface CountingApi {
  readonly url: string;
  readonly document: string;
  /** By path. */
  readonly counts: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** Each operation is `GET /<name>`. */
export async function startCountingApi(operations: readonly string[]): Promise<CountingApi> {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const asked = request.url ?? '';
    counts.set(asked, (counts.get(asked) ?? 0) + 1);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const directory = await mkdtemp(path.join(tmpdir(), 'bailiwick-api-'));
  const document = path.join(directory, 'api.yaml');
  const paths = operations.map((name) => [
    `/${name}`,
    { get: { operationId: name, responses: { 200: { description: 'Done.' } } } },
  ]);
  await writeFile(
    document,
    stringify({
      openapi: '3.1.0',
      info: { title: 'Shop', version: '1' },
      paths: Object.fromEntries(paths),
    }),
  );
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    document,
    counts,
    async close() {
      server.closeAllConnections();
      server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
