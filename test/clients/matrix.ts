import { stringify } from 'yaml';
import { fileURLToPath } from 'node:url';
import { startGateway } from '../support/gateway.ts';
import {
  startCurrentLegacyHttp,
  startModernHttp,
  startOldHttp,
  startOldSse,
  type HttpServer,
} from './fixtures/over-http.ts';

/** The servers that people have today, by the name of their source. */
export const UPSTREAMS = {
  'old-http': { isModern: false, start: startOldHttp },
  'old-sse': { isModern: false, start: startOldSse, transport: 'sse' },
  'old-stdio': { isModern: false, stdio: 'old' },
  'new-http': { isModern: true, start: startModernHttp },
  'new-http-legacy': { isModern: false, start: startCurrentLegacyHttp },
  'new-stdio': { isModern: true, stdio: 'current' },
  'new-stdio-legacy': { isModern: false, stdio: 'current-legacy' },
} as const satisfies Record<string, Upstream>;
export type UpstreamName = keyof typeof UPSTREAMS;
export const UPSTREAM_NAMES = Object.keys(UPSTREAMS) as UpstreamName[];

interface Upstream {
  readonly isModern: boolean;
  readonly start?: () => Promise<HttpServer>;
  readonly transport?: string;
  readonly stdio?: string;
}

const OVER_STDIO = fileURLToPath(new URL('fixtures/over-stdio.ts', import.meta.url));

/** All servers, started, and the configuration of a gateway that has each of them as a source. */
export async function startUpstreams(names: readonly UpstreamName[] = UPSTREAM_NAMES) {
  const resources = new AsyncDisposableStack();
  const sources: Record<string, unknown> = {};
  for (const name of names) {
    const { start, transport, stdio }: Upstream = UPSTREAMS[name];
    if (start === undefined) {
      sources[name] = { mcp: { command: [process.execPath, OVER_STDIO, stdio] } };
      continue;
    }
    const { url } = resources.use(await start());
    sources[name] = { mcp: { url, ...(transport && { transport }) } };
  }
  const files = {
    'bailiwick.yaml': stringify({
      server: { listen: '127.0.0.1:0' },
      identity: { local: { scopes: ['all'] } },
      sources,
      policies: 'policies/',
      state: { memory: true },
    }),
    'policies/all.policy.yaml': stringify({
      policy: 'all',
      scopes: { all: names.map((source) => ({ source })) },
    }),
  };
  return Object.assign(resources, { files });
}

/** A gateway in this process, in front of all servers. */
export async function startMatrix(names?: readonly UpstreamName[]) {
  const upstreams = await startUpstreams(names);
  const gateway = await startGateway(upstreams.files);
  return {
    url: gateway.url,
    log: gateway.log,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstreams.disposeAsync();
    },
  };
}
