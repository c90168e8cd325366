import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limitFetches, readClientDocument } from '../../src/identity/server/client-document.ts';
import { normalizeClientMetadata } from '../../src/identity/server/client-metadata.ts';
import { createLimits } from '../../src/identity/server/limits.ts';
import { tidyAuthorizationRequest } from '../../src/identity/server/aim-request.ts';
import { fetchPublicDocument } from '../../src/upstream/network/fetch-document.ts';

describe('metadata of clients', () => {
  test('whatever it is, only what is served here is left of it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (given) => {
        const made = normalizeClientMetadata(given, 'none');
        expect(made['response_types']).toEqual(['code']);
        expect(made['grant_types']).toContain('authorization_code');
        for (const name of ['client_secret', 'scope', 'request_uris', 'sector_identifier_uri', 'logo_uri']) {
          expect(made).not.toHaveProperty(name);
        }
      }),
    );
  });

  test('a document goes on as JSON, or as it came where it is none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        const read = await readClientDocument(new Response(text));
        const body = await read.text();
        if (body !== text) expect(JSON.parse(body)).toMatchObject({ response_types: ['code'] });
      }),
    );
  });

  test('the keys of a client are left as they are', async () => {
    const keys = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] };
    expect(await (await readClientDocument(Response.json(keys))).json()).toEqual(keys);
  });

  test('what a document says of its own id and of secrets stays to be looked at', async () => {
    const document = {
      client_id: 'https://a.example',
      client_secret: 'x',
      redirect_uris: ['http://localhost/callback'],
    };
    const read = await readClientDocument(Response.json(document));
    expect(await read.json()).toMatchObject({
      client_id: 'https://a.example',
      client_secret: 'x',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
    });
  });
});

test('whatever an authorization request says, it asks for the base scope once, and never for an ID token', () => {
  fc.assert(
    fc.property(fc.webQueryParameters(), fc.string(), (query, scope) => {
      const tidied = new URLSearchParams(
        tidyAuthorizationRequest(`?${query}&scope=${encodeURIComponent(`openid ${scope}`)}`),
      );
      if (tidied.getAll('scope').length > 1) return;
      const scopes = tidied.get('scope')?.split(' ') ?? [];
      expect(scopes.filter((name) => name === 'mcp')).toHaveLength(1);
      expect(scopes).not.toContain('openid');
    }),
  );
});

test.each([
  ['http://client.example/metadata.json', undefined, 'no https URL'],
  ['https://127.0.0.1:1/metadata.json', undefined, 'loopback'],
  ['https://169.254.169.254/latest', undefined, 'metadata'],
  ['https://[::1]:1/metadata.json', undefined, 'loopback'],
  ['https://10.0.0.1/metadata.json', undefined, 'private'],
  ['https://client.example/metadata.json', ['other.example'], 'none of the hosts'],
])('a document at %s is not fetched', async (url, hosts, reason) => {
  await expect(fetchPublicDocument(url, hosts)).rejects.toThrow(reason);
});

test('strangers cannot make this server flood another with requests for documents', async () => {
  const asked: string[] = [];
  const fetchDocument = limitFetches(
    async (url) => {
      asked.push(new URL(url).host);
      return Response.json({});
    },
    createLimits(() => 0).documents,
  );
  const flood = Array.from({ length: 400 }, (_, index) => fetchDocument(`https://victim.example/${index}`));
  const answers = await Promise.allSettled(flood);
  expect(asked).toHaveLength(300);
  expect(answers.at(-1)).toMatchObject({
    reason: new Error('too many documents were fetched from victim.example in this minute'),
  });
  await fetchDocument('https://client.example/metadata.json');
  expect(asked.at(-1)).toBe('client.example');
});
