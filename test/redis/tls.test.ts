import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../support/child-process.ts';
import { openBy, recordLog } from './support/open.ts';
import { startRedis, type RedisServer } from './support/redis-server.ts';
import { NOW } from './support/reservations.ts';

let directory: string;
let server: RedisServer;
let port: number;
const file = (name: string): string => path.join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bailiwick-tls-'));
  const { cert, private: key } = generate([{ name: 'commonName', value: 'redis.internal' }], {
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'redis.internal' }] }],
  });
  await Promise.all([writeFile(file('cert.pem'), cert), writeFile(file('key.pem'), key)]);
  port = await freePort();
  server = await startRedis([
    '--tls-port',
    String(port),
    '--tls-cert-file',
    file('cert.pem'),
    '--tls-key-file',
    file('key.pem'),
    '--tls-ca-cert-file',
    file('cert.pem'),
    '--tls-auth-clients',
    'no',
  ]);
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

it('TLS with an authority and a name of its own, for commands and messages', async () => {
  const store = await openBy({
    url: `rediss://127.0.0.1:${port}`,
    tls: { ca: file('cert.pem'), serverName: 'redis.internal' },
  });
  const heard: unknown[] = [];
  await store.subscribe('topic', (message) => heard.push(message));
  await store.publish('topic', 'over TLS');
  await expect.poll(() => heard).toEqual(['over TLS']);
  expect(await store.put('key', 1, { now: NOW })).toBe(true);
  await store.close();
});

it.each([
  ['an authority that nobody knows', { serverName: 'redis.internal' }, 'self-signed certificate'],
  ['another name', { serverName: 'other.internal' }, "does not match certificate's altnames"],
])('a certificate of %s is not accepted, and the log says so', async (_name, tls, says) => {
  const logger = recordLog();
  const ca = tls.serverName === 'other.internal' ? { ca: file('cert.pem') } : {};
  const store = await openBy({ url: `rediss://127.0.0.1:${port}`, tls: { ...tls, ...ca } }, { logger });
  expect(store.isAvailable()).toBe(false);
  expect(logger.lines[0]?.message).toContain(says);
  await store.close();
});

it('an authority that cannot be read is refused', async () => {
  const opened = openBy({ url: `rediss://127.0.0.1:${port}`, tls: { ca: file('absent.pem') } });
  await expect(opened).rejects.toMatchObject({
    code: 'CONFIGURATION',
    message: expect.stringContaining('absent.pem cannot be read'),
  });
});
