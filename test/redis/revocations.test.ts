import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { hashKey } from '../../src/identity/static-keys.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { runHere } from '../support/in-process.ts';
import { urlOf } from './support/open.ts';
import { startRedis, type RedisServer } from './support/redis-server.ts';

/* Two gateway processes over one Redis, and the command line beside them. */

const KEY = `bw_${'r'.repeat(43)}`;
let redis: RedisServer;
let gateways: readonly GatewayProcess[];
let folder: string;

const identity = () => ({
  principals: { agent: { scopes: [] } },
  keys: [{ principal: 'agent', hash: hashKey(KEY) }],
  revocations: { maxStaleSeconds: 30 },
});
const state = () => ({ redis: { url: urlOf(redis) } });

beforeAll(async () => {
  redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
  const policy = { policy: 'all', scopes: {} };
  const start = () => startGateway({ identity: identity(), sources: {}, policy, state: state() });
  gateways = await Promise.all([start(), start()]);
  folder = await mkdtemp(path.join(tmpdir(), 'bailiwick-revoke-'));
  const config = { identity: identity(), sources: {}, state: state() };
  await writeFile(path.join(folder, 'bailiwick.yaml'), stringify(config));
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await redis.close();
  await rm(folder, { recursive: true, force: true });
});

const revoke = (...args: string[]) =>
  runHere(['revoke', ...args, '--config', path.join(folder, 'bailiwick.yaml')]);

const statuses = () =>
  Promise.all(
    gateways.map(async ({ url }) => {
      const answer = await fetch(`${url}/mcp`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${KEY}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
      });
      await answer.text();
      return answer.status === 401 || answer.status === 503 ? answer.status : 'let in';
    }),
  );

it('a revocation is heard by both gateways at once, goes on counting while Redis is away, and is taken back at both once it is there again', async () => {
  expect(await statuses()).toEqual(['let in', 'let in']);
  expect((await revoke('agent', '--issuer', 'config')).status).toBe(0);
  await expect.poll(statuses, { timeout: 2_000 }).toEqual([401, 401]);

  await redis.kill();
  expect(await statuses()).toEqual([401, 401]);
  expect((await revoke('agent', '--issuer', 'config', '--undo')).status).toBe(3);
  await redis.restart();
  await expect
    .poll(async () => (await revoke('agent', '--issuer', 'config', '--undo')).status, { timeout: 20_000 })
    .toBe(0);
  // By its message, or, where the connection that hears messages was not back yet, by reading again.
  await expect.poll(statuses, { timeout: 20_000 }).toEqual(['let in', 'let in']);
});
