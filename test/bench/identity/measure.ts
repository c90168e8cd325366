/**
 * One measurement in a process of its own: `node --expose-gc measure.ts known|first|memory ALGORITHM COUNT`.
 * Prints one JSON line.
 */
import { hash } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { openIdentity, type OpenIdentity } from '../../../src/identity/open-identity.ts';
import type { RequestFacts } from '../../../src/identity/request-facts.ts';
import { IdentitySettings } from '../../../src/identity/settings.ts';
import { createSealer } from '../../../src/state/sealed.ts';
import { openMemory } from '../../../src/state/memory/open-memory.ts';
import { AUDIENCE, startBenchIssuer, type BenchIssuer } from './tokens.ts';

/** Microseconds of CPU for one, or bytes of heap for all. */
export interface IdentitySample {
  readonly value: number;
  /** What it is compared with. */
  readonly baseline: number;
  /** Characters of a token. */
  readonly tokenLength: number;
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

const [what = '', algorithm = 'RS256', count = '1000'] = process.argv.slice(2);
const issuer = await startBenchIssuer(algorithm);
const identity = open(issuer);
const measures: Record<string, (count: number) => Promise<Omit<IdentitySample, 'tokenLength'>>> = {
  known: measureKnown,
  first: measureFirst,
  memory: measureMemory,
};
const measure = measures[what];
if (!measure) throw new RangeError(`no measure is called ${what}`);
const sample = await measure(Number(count));
const tokenLength = (await issuer.token(0)).length;
console.log(JSON.stringify({ ...sample, tokenLength } satisfies IdentitySample));
await identity.close();
issuer.close();

function open({ url }: BenchIssuer): OpenIdentity {
  const store = openMemory({ logger: SILENT });
  const opened = openIdentity({
    store,
    sealed: store,
    sealer: createSealer(['a secret of this bench']),
    publicUrl: () => 'https://tools.example.com',
    logger: SILENT,
    now: Date.now,
  });
  const jwks = { url: `${url}/jwks` };
  opened.use(IdentitySettings.parse({ issuers: [{ issuer: url, preset: 'entra', jwks }] }));
  return opened;
}

function identify(token: string): ReturnType<OpenIdentity['identify']> {
  return identity.identify(toRequest(token));
}

function toRequest(token: string): RequestFacts {
  return {
    method: 'POST',
    target: '/mcp',
    // One piece, as it comes from a socket.
    authorization: Buffer.from(`Bearer ${token}`).toString('latin1'),
    headers: {},
    remoteAddress: '127.0.0.1',
    listenAddress: '127.0.0.1',
  };
}

/** A token that was verified before, against SHA-256 of it alone. */
async function measureKnown(rounds: number): Promise<Omit<IdentitySample, 'tokenLength'>> {
  const tokens = await Promise.all(Array.from({ length: 100 }, (_, index) => issuer.token(index)));
  for (const token of tokens) await identify(token);
  const requests = tokens.map(toRequest);
  const flat = tokens.map((token) => Buffer.from(token).toString('latin1'));
  let waited = 0;
  const look = (): void => {
    for (const request of requests) if (identity.identify(request) instanceof Promise) waited += 1;
  };
  const digest = (): void => {
    for (const token of flat) hash('sha256', token, 'buffer');
  };
  const cost = alternate([look, digest], rounds, tokens.length);
  if (waited > 0) throw new Error('a token that was verified before had to wait');
  return cost;
}

function alternate(
  [one, other]: readonly [() => void, () => void],
  rounds: number,
  size: number,
): Omit<IdentitySample, 'tokenLength'> {
  const best = [Infinity, Infinity];
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, work] of [one, other].entries()) {
      const before = process.cpuUsage();
      for (let again = 0; again < 20; again += 1) work();
      best[index] = Math.min(best[index] ?? Infinity, microseconds(before) / (20 * size));
    }
  }
  return { value: best[0]!, baseline: best[1]! };
}

/** Tokens that nobody has seen, one after another, against jose alone with the same key. */
async function measureFirst(size: number): Promise<Omit<IdentitySample, 'tokenLength'>> {
  const keys = createLocalJWKSet(issuer.keys);
  const options = { issuer: issuer.url, audience: AUDIENCE, algorithms: [algorithm] };
  const best = [Infinity, Infinity];
  for (let round = 0; round < 6; round += 1) {
    const tokens = await Promise.all(
      Array.from({ length: size }, (_, index) => issuer.token(round * size + index)),
    );
    const works = [(token: string) => identify(token), (token: string) => jwtVerify(token, keys, options)];
    for (const [index, work] of works.entries()) {
      const before = process.cpuUsage();
      for (const token of tokens) await work(token);
      // The first round warms up.
      if (round > 0) best[index] = Math.min(best[index] ?? Infinity, microseconds(before) / size);
    }
  }
  return { value: best[0]!, baseline: best[1]! };
}

/** What the heap holds more for so many tokens of so many callers, against the characters of the tokens. */
async function measureMemory(size: number): Promise<Omit<IdentitySample, 'tokenLength'>> {
  // What is compiled and loaded by the first ones is no matter of their number.
  let length = 0;
  for (let index = 0; index < 200; index += 1) await identify(await issuer.token(size + index));
  const before = heap();
  for (let index = 0; index < size; index += 1) {
    const token = await issuer.token(index);
    length += token.length;
    await identify(token);
  }
  return { value: heap() - before, baseline: length };
}

function heap(): number {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed + process.memoryUsage().external;
}

function microseconds(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
