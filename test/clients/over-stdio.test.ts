import path from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { BIN } from '../support/command-line.ts';
import { createFolder } from '../support/gateway.ts';
import { BACK_CHANNEL } from './back-channel.ts';
import { connectAs, type AnyClient } from './kinds.ts';
import { startUpstreams, UPSTREAMS, type UpstreamName } from './matrix.ts';
import { PROMISES } from './promises.ts';

// Each client starts a gateway, and the gateway its own children: fewer of both than over HTTP.
const SOURCES: readonly UpstreamName[] = ['old-http', 'old-stdio', 'new-http', 'new-stdio'];

let upstreams: Awaited<ReturnType<typeof startUpstreams>>;
let workspace: Awaited<ReturnType<typeof createFolder>>;

beforeAll(async () => {
  upstreams = await startUpstreams(SOURCES);
  workspace = await createFolder(upstreams.files);
});
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  await upstreams.disposeAsync();
});

describe.each(['v1', 'v2 legacy', 'v2 modern'] as const)('a %s client over stdio', (kind) => {
  let client: AnyClient;
  beforeAll(async () => {
    const config = path.join(workspace.folder, 'bailiwick.yaml');
    client = await connectAs(kind, {
      command: process.execPath,
      args: [BIN, 'serve', '--stdio', '--config', config],
    });
  });
  afterAll(() => client[Symbol.asyncDispose]());

  describe.each(SOURCES)('of %s, among other servers', (source) => {
    test.each([...PROMISES, ...BACK_CHANNEL])('%s', (_sentence, prove) =>
      prove({
        client,
        isShared: !source.includes('stdio'),
        isModern: UPSTREAMS[source].isModern,
        shown: (name) => `${source}_${name}`,
        uri: (uri) => `${source}+${uri}`,
      }),
    );
  });
});
