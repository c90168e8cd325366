import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { discover, discoveryUrls } from '../../src/identity/issuers/discovery.ts';
import { createIssuerClient } from '../../src/identity/issuers/issuer-client.ts';
import { newTestKey, sign, startIssuer, type TestIssuer, type TestKey } from './support/issuer.ts';
import { identityOf, RESOURCE, SECONDS } from './support/verifier.ts';

let first: TestKey;
let issuer: TestIssuer;
beforeAll(async () => {
  first = await newTestKey('first');
});
beforeEach(async () => {
  issuer = await startIssuer({ keys: [first.jwk] });
});
afterEach(() => issuer.close());

const token = (key: TestKey): Promise<string> =>
  sign(key, { iss: issuer.url, sub: 'dana', aud: RESOURCE, exp: SECONDS + 600 });

describe('an issuer is found', () => {
  test.each([
    ['https://a.example', ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']],
    ['https://a.example/', ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']],
    [
      'https://a.example/t/v2',
      [
        '/.well-known/oauth-authorization-server/t/v2',
        '/.well-known/openid-configuration/t/v2',
        '/t/v2/.well-known/openid-configuration',
      ],
    ],
  ])('%s, in the order of the specification', (url, paths) => {
    expect(discoveryUrls(url)).toEqual(paths.map((at) => `https://a.example${at}`));
  });

  test('at the first place that has its document, and no other issuer is believed', async () => {
    const client = createIssuerClient();
    const answers: Record<string, object> = {
      '/.well-known/oauth-authorization-server/t': {
        issuer: 'https://evil.example',
        jwks_uri: `${issuer.url}/evil`,
      },
      '/.well-known/openid-configuration/t': { issuer: `${issuer.url}/t/`, jwks_uri: `${issuer.url}/evil` },
      '/t/.well-known/openid-configuration': { issuer: `${issuer.url}/t`, jwks_uri: `${issuer.url}/good` },
    };
    issuer.answer = ({ url }, response) => response.end(JSON.stringify(answers[url ?? '']));
    expect(await discover(`${issuer.url}/t`, client)).toMatchObject({ jwksUri: `${issuer.url}/good` });
    expect(issuer.asked).toHaveLength(3);
    delete answers['/t/.well-known/openid-configuration'];
    answers['/t/.well-known/openid-configuration'] = {
      issuer: `${issuer.url}/t`,
      jwks_uri: 'http://keys.example/jwks',
    };
    await expect(discover(`${issuer.url}/t`, client)).rejects.toThrow(
      /evil\.example.*a slash at the end counts.*"jwks_uri" is no https URL/s,
    );
    await client.close();
  });

  test('with a token of its own where configuration has one, which no other host sees', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'issuer-'));
    writeFileSync(`${folder}/token`, 'service-token\n');
    const seen: Record<string, string | undefined> = {};
    const keys = await startIssuer({ keys: [first.jwk] });
    issuer.answer = ({ url, headers }, response) => {
      seen[url ?? ''] = headers.authorization;
      response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${keys.url}/jwks` }));
    };
    keys.answer = ({ headers }, response) => {
      seen['keys'] = headers.authorization;
      response.end(JSON.stringify({ keys: [first.jwk] }));
    };
    const own = identityOf([{ issuer: issuer.url, jwks: { bearerFile: `${folder}/token` } }]);
    expect(await own.outcome(await token(first))).toHaveProperty('proof');
    expect(seen).toEqual({
      '/.well-known/oauth-authorization-server': 'Bearer service-token',
      keys: undefined,
    });
    await own.verifier.close();
    await keys.close();
    rmSync(folder, { recursive: true });
  });
});

test('an issuer that is not there is named once', async () => {
  const client = createIssuerClient();
  await expect(client.request({ url: 'http://127.0.0.1:1/' })).rejects.toThrow(
    /^connect ECONNREFUSED 127\.0\.0\.1:1$/,
  );
  await client.close();
});
