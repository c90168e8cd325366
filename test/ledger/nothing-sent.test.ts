import { afterEach, describe, expect, test } from 'vitest';
import { binding, contributionOf, createOpened, OAUTH, tool } from '../http-upstream/fixtures.ts';
import { CLIENT, createOAuthServer } from '../http-upstream/oauth-server.ts';
import {
  call as callMcp,
  faultOf,
  fixture,
  nodeCommand,
  startHttpFixture,
  startUpstream,
} from '../mcp-upstream/support.ts';

const opened = createOpened();
afterEach(() => opened.closeAll());

const aborted = AbortSignal.abort();
const never = new AbortController().signal;

function call(options: Parameters<typeof opened.source>[0], http = binding(), signal = never) {
  return faultOf(opened.source(options).callTool(tool(http), {}, { signal }));
}

describe('an HTTP source says whether anything of a call was sent', () => {
  test('not where the connection is refused', async () => {
    const gone = await opened.server(() => {});
    await gone.close();
    expect((await call({ url: gone.url })).nothingSent).toBe(true);
  });

  test('not where the caller had given up before', async () => {
    const api = await opened.server(() => {});
    expect((await call({ url: api.url }, binding(), aborted)).nothingSent).toBe(true);
  });

  test('not where no access token is to be had', async () => {
    const login = await opened.server((_request, response) => response.writeHead(500).end());
    const security = [[OAUTH]];
    const fault = await call(
      {
        url: login.url,
        contribution: () => contributionOf(tool(binding({ security }))),
        credentials: { oauth: { ...CLIENT, tokenUrl: `${login.url}/token` } },
      },
      binding({ security }),
    );
    expect(fault.nothingSent).toBe(true);
  });

  test('yes where the answer broke off, did not come, or made no sense', async () => {
    const broken = await opened.server((_request, response) => response.destroy());
    expect((await call({ url: broken.url })).nothingSent).toBe(false);
    const silent = await opened.server(() => {});
    expect((await call({ url: silent.url, timeoutMs: 50 })).nothingSent).toBe(false);
    const odd = await opened.server((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
    );
    expect((await call({ url: odd.url })).nothingSent).toBe(false);
  });

  test('yes where the first request was answered and only the second could not be sent', async () => {
    const authorization = createOAuthServer();
    const login = await opened.server(authorization.listener);
    const api = await opened.server(async (_request, response) => {
      await login.close();
      response.writeHead(401).end();
    });
    const security = [[OAUTH]];
    let now = 0;
    const late = opened.source({
      url: api.url,
      contribution: () => contributionOf(tool(binding({ security }))),
      credentials: { oauth: { ...CLIENT, tokenUrl: `${login.url}/token` } },
      now: () => (now += 60_000),
    });
    const outcome = await late
      .callTool(tool(binding({ security })), {}, { signal: never })
      .catch((error: unknown) => error);
    expect(outcome).toMatchObject({ nothingSent: false });
  });
});

describe('an MCP source says whether anything of a call was sent', () => {
  test('not where the server is away', async () => {
    const server = await startHttpFixture('modern-server.ts');
    const upstream = startUpstream({ url: server.url, headers: {} });
    await upstream.contribution(never);
    await server.kill('SIGKILL');
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect((await faultOf(callMcp(upstream, 'echo'))).nothingSent).toBe(true);
    }
  });

  test('not where the program cannot be started', async () => {
    const upstream = startUpstream({ command: ['no-such-program-anywhere'], env: {} });
    expect((await faultOf(callMcp(upstream, 'echo'))).nothingSent).toBe(true);
  });

  test('yes where the program ends while it works', async () => {
    const upstream = startUpstream({
      command: nodeCommand(fixture('scripted-child.ts'), 'crashing'),
      env: {},
    });
    expect((await faultOf(callMcp(upstream, 'echo'))).nothingSent).toBe(false);
  });
});
