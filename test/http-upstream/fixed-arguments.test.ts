import { expect, test } from 'vitest';
import { binding, parameter, planOf } from './fixtures.ts';

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
