import { afterEach, expect, test } from 'vitest';
import { binding, context, createOpened, parameter, planOf, tool } from './fixtures.ts';

const opened = createOpened();
afterEach(() => opened.closeAll());

const FIXED = binding({
  method: 'POST',
  path: '/{tenant}/things',
  parameters: [
    parameter('path', 'tenant'),
    parameter('query', 'limit'),
    parameter('query', 'page'),
    parameter('header', 'X-Mode'),
    parameter('cookie', 'sid'),
  ],
  body: {
    mediaType: 'application/json',
    format: 'json',
    shape: {
      kind: 'properties',
      properties: [
        { argument: 'dryRun', name: 'dryRun' },
        { argument: 'name', name: 'name' },
      ],
      required: false,
    },
  },
  pinned: { tenant: 'acme', 'X-Mode': 'safe', sid: 's', dryRun: 'All' },
  defaults: { limit: 20, page: 1 },
});

test('a plan, and so a call, holds what is pinned in its place, and defaults where nothing is given', () => {
  const plan = planOf(FIXED, { name: 'n', page: 3 });
  expect(plan.target).toBe('/acme/things?limit=20&page=3');
  expect(plan.headers).toMatchObject({ 'x-mode': 'safe', cookie: 'sid=s' });
  expect(JSON.parse(plan.body ?? '')).toEqual({ dryRun: 'All', name: 'n' });
});

test('what is pinned wins over what somebody gives nevertheless', () => {
  const given = { tenant: 'other', 'X-Mode': 'unsafe', sid: 'x', dryRun: 'None', limit: null };
  const plan = planOf(FIXED, given);
  expect(plan.target).toBe('/acme/things?page=1');
  expect(plan.headers).toMatchObject({ 'x-mode': 'safe', cookie: 'sid=s' });
  expect(JSON.parse(plan.body ?? '')).toEqual({ dryRun: 'All' });
});

test('a secret that is pinned reaches the API, and shows in no plan and in no answer that repeats it', async () => {
  const secret = 'canary/pinned "1';
  const http = { ...FIXED, pinned: { tenant: secret, 'X-Mode': secret, sid: 's', dryRun: secret } };
  const plan = planOf(http, {}, { secrets: [secret] });
  expect(plan).toMatchObject({ headers: { 'x-mode': '***' }, body: '{"dryRun":"***"}' });
  expect(plan.target).toBe('/***/things?limit=20&page=1');
  expect(JSON.stringify(plan)).not.toContain('canary');

  const seen: string[] = [];
  const server = await opened.server((request, response) => {
    seen.push(String(request.headers['x-mode']));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ url: request.url, mode: request.headers['x-mode'] }));
  });
  const source = opened.source({ url: server.url, secrets: [secret] });
  const { result } = await source.callTool(tool(http), {}, context());
  expect(seen).toEqual([secret]);
  expect(result['structuredContent']).toEqual({ url: '/***/things?limit=20&page=1', mode: '***' });
});
