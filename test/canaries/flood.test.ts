import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Pool } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { newTestKey, sign, startIssuer } from '../issuers/support/issuer.ts';
import { startGateway } from '../support/gateway.ts';
import { INITIALIZE } from '../support/raw-http.ts';
import { runs } from '../support/runs.ts';

const COUNT = runs(5_000).numRuns;
const AT_ONCE = 64;

test('a flood of bad credentials of every kind leaves a handful of lines and records, no state, and little memory', async () => {
  const [key, stranger] = await Promise.all([newTestKey('first'), newTestKey('first')]);
  const issuer = await startIssuer({ keys: [key.jwk] });
  onTestFinished(() => issuer.close());
  await using gateway = await startGateway({
    'bailiwick.yaml': stringify({
      server: { listen: '127.0.0.1:0' },
      identity: { local: false, issuers: [{ issuer: issuer.url, audience: 'here' }] },
      sources: {},
    }),
    'policies/none.policy.yaml': 'policy: none\nrules: []\n',
  });
  const seconds = Math.floor(Date.now() / 1000);
  const good = { iss: issuer.url, sub: 'dana', aud: 'here', exp: seconds + 600, iat: seconds };
  const [forged, expired, elsewhere] = await Promise.all([
    sign(stranger, good),
    sign(key, { ...good, iat: seconds - 7200, exp: seconds - 3600 }),
    sign(key, { ...good, aud: 'there' }),
  ]);
  const head = forged.split('.').slice(0, 2).join('.');
  const kinds: ((index: number) => string | undefined)[] = [
    (index) => `Bearer bw_${String(index).padStart(43, 'x')}`,
    (index) => `Bearer opaque-${index}`,
    (index) => `Bearer ${head}.${Buffer.from(`signature ${index}`).toString('base64url')}`,
    (index) =>
      `Bearer ${toPart({ alg: 'ES256', kid: `../../${index}` })}.${toPart({ ...good, sub: `s${index}` })}.${toPart(index)}`,
    (index) => `Bearer ${toPart({ alg: 'none' })}.${toPart({ ...good, jti: `${index}` })}.`,
    (index) =>
      `Bearer ${toPart({ alg: 'ES256' })}.${toPart({ ...good, iss: `https://${index}.example` })}.AAAA`,
    () => `Bearer ${forged}`,
    () => `Bearer ${expired}`,
    () => `Bearer ${elsewhere}`,
    (index) => `DPoP ${head}.${Buffer.from(`bound ${index}`).toString('base64url')}`,
    (index) => `Basic ${Buffer.from(`user:${index}`).toString('base64')}`,
    (index) => `Bearer a b ${index}`,
    () => undefined,
  ];
  const send = createSender(gateway.url);
  onTestFinished(() => send.close());
  // What every request needs once is no growth.
  for (const kind of kinds) await send.one(kind(COUNT));
  const sizeBefore = await sizeOf(path.join(gateway.folder, '.bailiwick'));
  const memoryBefore = process.memoryUsage().heapUsed;
  const fetchesBefore = issuer.fetches();

  const statuses = new Map<number, number>();
  let next = 0;
  const sendAll = async (): Promise<void> => {
    while (next < COUNT) {
      const index = next;
      next += 1;
      const status = await send.one(kinds[index % kinds.length]?.(index));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendAll));

  expect([...statuses.keys()].filter((status) => ![401, 503].includes(status))).toEqual([]);
  expect(gateway.log.length).toBeLessThan(60);
  expect(gateway.log.join('\n')).toMatch(/a credential was refused: the token is for \\"there\\"/);
  expect(issuer.fetches() - fetchesBefore).toBeLessThan(5);
  expect(await sizeOf(path.join(gateway.folder, '.bailiwick'))).toBeLessThan(sizeBefore + 100_000);
  expect(process.memoryUsage().heapUsed - memoryBefore).toBeLessThan(150_000_000);
  await gateway.close();
  const records = await gateway.records();
  const refused = records.filter(({ type }) => type === 'call.refused');
  // One for the address in each minute that it took.
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(10);
  expect(records.length).toBeLessThan(20);
  expect(refused.reduce((sum, { detail }) => sum + Number(detail?.['count']), 0)).toBeGreaterThanOrEqual(
    statuses.get(401) ?? 0,
  );
});

function toPart(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function createSender(url: string) {
  const pool = new Pool(url, { connections: AT_ONCE });
  const body = JSON.stringify(INITIALIZE);
  return {
    async one(authorization: string | undefined): Promise<number> {
      const { statusCode, body: answer } = await pool.request({
        method: 'POST',
        path: '/mcp',
        body,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(authorization !== undefined && { authorization }),
        },
      });
      await answer.dump();
      return statusCode;
    },
    close: () => pool.close(),
  };
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(path.join(entry.parentPath, entry.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
