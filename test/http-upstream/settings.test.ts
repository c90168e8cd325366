import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { HttpSourceSettings } from '../../src/config/schema.ts';

const openapi = 'specs/helpdesk.yaml';
const url = 'https://api.test/v1';

test('a document alone is a source, with a timeout of 30 seconds and answers up to 10 MiB', () => {
  expect(HttpSourceSettings.parse({ openapi })).toEqual({
    openapi,
    timeout: 30_000,
    maxResponseBytes: 10_485_760,
  });
});

test('each kind of credential is accepted beside a URL', () => {
  const credentials = {
    a: { apiKey: 'k' },
    b: { bearer: 't' },
    c: { username: 'u', password: 'p w' },
  };
  expect(HttpSourceSettings.parse({ openapi, url, credentials })).toMatchObject({ credentials });
});

describe('what could send a credential to the wrong place, or not at all, is refused', () => {
  test.for([
    ['credentials without url', { credentials: { a: { apiKey: 'k' } } }, 'url'],
    ['a file URL', { url: 'file:///etc' }, 'url'],
    ['a URL with a user', { url: 'https://u:pw@api.test' }, 'url'],
    ['a URL with a query', { url: 'https://api.test?a=1' }, 'url'],
    ['a relative URL', { url: '/v1' }, 'url'],
    ['an empty key', { url, credentials: { a: { apiKey: '' } } }, 'credentials'],
    ['a key with a line break', { url, credentials: { a: { apiKey: 'canary\n' } } }, 'credentials'],
    ['a token with a space', { url, credentials: { a: { bearer: 'canary x' } } }, 'credentials'],
    [
      'a user name with a colon',
      { url, credentials: { a: { username: 'a:b', password: 'canary' } } },
      'credentials',
    ],
    ['two kinds at once', { url, credentials: { a: { apiKey: 'canary', bearer: 'canary' } } }, 'credentials'],
    ['a user without a password', { url, credentials: { a: { username: 'u' } } }, 'credentials'],
    ['a timeout of zero', { timeout: 0 }, 'timeout'],
    ['a size of half a byte', { maxResponseBytes: 0.5 }, 'maxResponseBytes'],
  ] as const)('%s', ([, settings, key]) => {
    const parsed = HttpSourceSettings.safeParse({ openapi, ...settings });
    expect(parsed.success).toBe(false);
    expect(parsed.error!.issues[0]!.path[0]).toBe(key);
    expect(JSON.stringify(parsed.error!.issues)).not.toContain('canary');
  });

  test('and so is a key that is not known', () => {
    expect(HttpSourceSettings.safeParse({ openapi, retries: 3 }).success).toBe(false);
    expect(HttpSourceSettings.safeParse({}).success).toBe(false);
  });
});

test('every field carries a description and examples for the configuration reference', () => {
  const schema = z.toJSONSchema(HttpSourceSettings, { io: 'input' });
  const fields = Object.entries(schema.properties ?? {});
  expect(fields.map(([name]) => name)).toEqual([
    'openapi',
    'overlays',
    'references',
    'servers',
    'serverVariables',
    'rules',
    'mediaTypes',
    'forms',
    'select',
    'url',
    'credentials',
    'tls',
    'privateNetwork',
    'timeout',
    'maxResponseBytes',
    'price',
    'prices',
  ]);
  for (const [name, field] of fields)
    expect(field, name).toMatchObject({ description: expect.any(String), examples: expect.any(Array) });
});
