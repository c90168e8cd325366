import { afterAll, beforeAll, describe, test } from 'vitest';
import { BACK_CHANNEL } from './back-channel.ts';
import { CLIENTS, connectAs, type AnyClient } from './kinds.ts';
import { startMatrix, UPSTREAM_NAMES, UPSTREAMS } from './matrix.ts';
import { PROMISES } from './promises.ts';

let gateway: Awaited<ReturnType<typeof startMatrix>>;

beforeAll(async () => {
  gateway = await startMatrix();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const PAIRS = CLIENTS.flatMap((kind) => UPSTREAM_NAMES.map((source) => ({ kind, source })));

describe.each(PAIRS)('a $kind client of $source over HTTP', ({ kind, source }) => {
  let client: AnyClient;
  beforeAll(async () => {
    client = await connectAs(kind, { url: `${gateway.url}/mcp/${source}` });
  });
  afterAll(() => client[Symbol.asyncDispose]());

  test.each([...PROMISES, ...BACK_CHANNEL])('%s', (_sentence, prove) => {
    const { isModern } = UPSTREAMS[source];
    return prove({
      client,
      isModern,
      isShared: !source.includes('stdio'),
      shown: (name) => name,
      uri: (uri) => uri,
    });
  });
});
