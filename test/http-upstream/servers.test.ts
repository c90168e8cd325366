import { expect, test } from 'vitest';
import type { HttpBinding } from '../../src/catalog/binding.ts';
import { binding, BEARER, faultOf, planOf } from './fixtures.ts';

const credentials = { token: { bearer: 'canary' } };
const url = 'https://api.test/v1';
const elsewhere = { server: 'https://uploads.test/v1', ownServer: 'elsewhere' } as const;

function planned(overrides: Partial<HttpBinding>, options: Parameters<typeof planOf>[2]): string {
  return planOf(binding({ security: [[BEARER]], ...overrides }), {}, { url, credentials, ...options }).url;
}

test.for<[string, Partial<HttpBinding>, readonly string[], string]>([
  ['the document’s server is replaced by the configured URL', { server: 'https://other.test' }, [], url],
  [
    'so is an operation’s own on the document’s host',
    { server: 'https://other.test/v2', ownServer: 'here' },
    [],
    url,
  ],
  [
    'an operation’s own path counts on the configured host',
    { server: 'https://api.test/v2', ownServer: 'here' },
    [],
    'https://api.test/v2',
  ],
  [
    'a host of its own is called where `servers` names it',
    elsewhere,
    ['https://uploads.test'],
    'https://uploads.test/v1',
  ],
  [
    'and where the configured URL has that host',
    { server: 'https://api.test/up', ownServer: 'elsewhere' },
    [],
    'https://api.test/up',
  ],
])('%s', ([, overrides, servers, expected]) => {
  expect(planned(overrides, { servers })).toBe(`${expected}/things`);
});

test.for<[string, readonly string[]]>([
  ['without `servers`', []],
  ['under another path', ['https://uploads.test/v2']],
  ['under a path that only begins alike', ['https://uploads.test/v']],
  ['over another scheme', ['http://uploads.test']],
  ['on another port', ['https://uploads.test:8443']],
  ['on a host that only begins alike', ['https://uploads.test.evil.test']],
])(
  'an operation that is served elsewhere is not called, and no credential goes there: %s',
  async ([, servers]) => {
    for (const options of [{ servers }, { servers, url: undefined, credentials: {} }]) {
      const fault = await faultOf(() => planned(elsewhere, options));
      expect(fault.code).toBe('CONFIGURATION');
      expect(fault.message).toContain('sources.helpdesk.servers');
      expect(fault.message).not.toMatch(/uploads|canary/);
      expect(String(fault.cause)).toContain('https://uploads.test/v1');
    }
  },
);
