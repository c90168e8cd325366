import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createArgumentRecorder } from '../../src/audit/mask/record-arguments.ts';
import { createMask } from '../../src/audit/mask/mask.ts';
import { isSecretName } from '../../src/audit/mask/secret-name.ts';
import { maskCredentials } from '../../src/audit/mask/secret-text.ts';
import type { Json, JsonObject } from '../../src/catalog/json.ts';

const CANARY = 'canary-9f8e7d6c5b4a';

const mask = createMask({ chosen: [], secrets: [] });

const SECRET_NAMES = (
  'password PASSWORD Passwd user_password userPassword db-password dbpassword new.password pass_word passphrase pwd secret ' +
  'client_secret clientSecret SECRET_KEY token access_token accessToken accesstoken X-Auth-Token refresh-token tokens apikey ' +
  'api_key apiKey API-KEY APIKey x-api-key userAPIkey authorization Authorization Proxy-Authorization cookie Set-Cookie ' +
  'private_key privateKey PRIVATE-KEY ssh_key credential credentials pin cardPin pin_code cvv CVV2 ssn customer_ssn otp jwt ' +
  'auth connectionString card_number creditCard Passwort P_A_S_S_W_O_R_D DB_PASS smtpPass contraseña mot_de_passe пароль'
).split(' ');

const PLAIN_NAMES = (
  'tokenizer maxTokens max_tokens input_tokens tokenCount token_type tokenUrl nextToken pageToken next_page_token continuationToken syncToken spin pinned pin_message pinnacle shipping key ' +
  'keys keyword primaryKey monkey author authored author_name session_title passenger compass bypass secretary cookiecutter ' +
  'password_policy passwordExpiresAt tenant description text id opinion'
).split(' ');

test.each(SECRET_NAMES)('the name %s says that its value is a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each(PLAIN_NAMES)('the name %s says nothing of a secret', (name) => {
  expect(isSecretName(name)).toBe(false);
});

const CREDENTIALS: Record<string, string> = {
  'a JSON Web Token': 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r',
  'an encrypted token':
    'eyJhbGciOiJSU0EifQ.OKOawDo13gRp2ojaHV.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIz.XFBoMYUZodetZd',
  'a private key': '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----',
  'a private key that was cut off': '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk',
  'a key of Bailiwick': 'bw_4bqAZ0-dk3P5yW7qgq0l8w',
  'a virtual key of Bailiwick': ['bwk', '_QMm6Rw3aOtse8LXXJYZwTZtw9svtbRejrLuUfhgdr7Y3NcMon'].join(''),
  'an AWS key id': ['AKIA', 'IOSFODNN7EXAMPLE'].join(''),
  'an AWS key': ['wJalrXUtnFEMI/K7MDENG', '/bPxRfiCYEXAMPLEKEY'].join(''),
  'a GitHub token': ['ghp', '_16C7e42F292c6912E7710c838347Ae178B4a'].join(''),
  'a fine-grained GitHub token': ['github_pat', '_11ABCDEFG0123456789_abcdefghijkl'].join(''),
  'a GitLab token': ['glpat', '-abcdefghij0123456789'].join(''),
  'a Slack token': ['xoxb', '-123456789012-abcdefghijkl'].join(''),
  'a Slack webhook': ['hooks.slack.com', '/services/T00000000/B00000000/XXXXXXXXXXXX'].join(''),
  'a Stripe key': ['sk', '_live_4eC39HqLyjWDarjtT1zdp7dc'].join(''),
  'a Google key': ['AIza', 'SyA-1234567890abcdefghijklmnopqrstu'].join(''),
  'a Google token': ['ya29', '.a0AfH6SMBx-canary-1234567890'].join(''),
  'an Azure account key': `${'Ab3+'.repeat(21)}ab==`,
  'an Azure client secret': ['abc8Q', '~dEfGhIjKlMnOpQrStUvWxYz0123456789ab'].join(''),
  'a key of a model provider': ['sk', '-ant-api03-abcdefghij0123456789'].join(''),
};

test.each(Object.entries(CREDENTIALS))('%s is masked wherever it stands in a text', (_, secret) => {
  for (const text of [
    secret,
    `see ${secret} here`,
    `"${secret}"`,
    `(${secret})`,
    `https://example.com/?q=${secret}&x=1`,
  ]) {
    expect(maskCredentials(text)).not.toContain(secret);
    expect(maskCredentials(text)).toContain('[secret]');
  }
});

const SENTENCES: readonly string[] = [
  `Authorization: Bearer ${CANARY}`,
  `authorization: Basic ${Buffer.from(`user:${CANARY}`).toString('base64')}`,
  `curl -H "Authorization: token ${CANARY}" https://example.com`,
  `Cookie: session=${CANARY}; theme=dark`,
  `https://user:${CANARY}@example.com/path`,
  `postgres://app:p@${CANARY}@db/app`,
  `password=${CANARY}`,
  `the password: ${CANARY}`,
  `user=a;Password=${CANARY};Server=b`,
  `https://example.com/cb?api_key=${CANARY}&page=2`,
  JSON.stringify({ user: 'a', password: CANARY }),
  JSON.stringify({ text: JSON.stringify({ client_secret: CANARY }) }),
  `{ 'apiKey': '${CANARY}' }`,
  `export API_KEY="${CANARY}"`,
  `mysql --password ${CANARY} -u root`,
  `passphrase: two words ${CANARY}`,
  `user: a\npassword: |\n  first\n  ${CANARY}\n`,
  `apiVersion: v1\nkind: Secret\nstringData:\n  user: a\n  any: ${CANARY}\n`,
  `<login><user>a</user><password>${CANARY}</password></login>`,
  `AccountName=a;AccountKey=${CANARY}==;EndpointSuffix=core.windows.net`,
];

test.each(SENTENCES)('a credential that a text says is one is masked: %s', (text) => {
  expect(maskCredentials(text)).not.toContain(CANARY);
});

test.each([
  'Printer on fire, since 10:30; see https://example.com/a?page=2#top',
  'deadbeefdeadbeefdeadbeefdeadbeefdeadbeef',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  '2026-11-21T01:02:03Z',
  '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  'C-101',
  'mail dana@example.com about the tokenizer',
  'use basic authentication here',
  'kind: ConfigMap\ndata:\n  colour: red\n',
  '<p>The password</p> of <b>nobody</b>',
  '',
])('an ordinary text is kept: %s', (text) => {
  expect(maskCredentials(text)).toBe(text);
});

describe('a masked form', () => {
  test('keeps the structure, and says what stands in the place of what', () => {
    const value = {
      customer: { id: 'C-101', password: 'hunter2', active: true, apiKey: null, nested: [{ pin: 1234 }, 5] },
      maxTokens: 800,
      headers: [
        { name: 'X-Api-Key', value: 'abc' },
        { name: 'Accept', value: 'text/plain' },
      ],
      command: ['login', '--password', 'abc', '--verbose'],
      manifest: { kind: 'Secret', data: { a: 'b' } },
      long: 'word '.repeat(1000),
      image: Buffer.alloc(600, 7).toString('base64'),
    };
    expect(mask.value(value)).toEqual({
      customer: {
        id: 'C-101',
        password: '[secret]',
        active: true,
        apiKey: null,
        nested: [{ pin: '[secret]' }, 5],
      },
      maxTokens: 800,
      headers: [
        { name: 'X-Api-Key', value: '[secret]' },
        { name: 'Accept', value: 'text/plain' },
      ],
      command: ['login', '--password', '[secret]', '--verbose'],
      manifest: { kind: 'Secret', data: '[secret]' },
      long: expect.stringMatching(/^\[text of 5000 characters, sha256:[0-9a-f]{64}\]$/),
      image: expect.stringMatching(/^\[base64 of 800 characters, sha256:[0-9a-f]{64}\]$/),
    });
  });

  test('hides the names and the places that the operator chose', () => {
    const chosen = createMask({ chosen: ['IBAN', '/customer/email', '/items/*/note', '/a~1b'], secrets: [] });
    const value = {
      customer: { email: 'dana@example.com', bank: { 'i-ban': 'DE12' } },
      items: [
        { note: 'x', sku: 1 },
        { note: 'y', email: 'kept' },
      ],
      'a/b': [1, 2],
    };
    expect(chosen.value(value)).toEqual({
      customer: { email: '[secret]', bank: { 'i-ban': '[secret]' } },
      items: [
        { note: '[secret]', sku: 1 },
        { note: '[secret]', email: 'kept' },
      ],
      'a/b': '[secret]',
    });
  });

  test('hides what the schema marks, through references and alternatives', () => {
    const schema = {
      type: 'object',
      properties: {
        login: { $ref: '#/$defs/login' },
        list: { type: 'array', items: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/login' }] } },
      },
      additionalProperties: { properties: { hush: { writeOnly: true } } },
      $defs: {
        login: {
          allOf: [
            {
              properties: { word: { type: 'string', format: 'password' }, login: { $ref: '#/$defs/login' } },
            },
          ],
        },
      },
    };
    const value = {
      login: { word: 'a', login: { word: 'b', plain: 'c' } },
      list: [{ word: 'd' }],
      other: { hush: 'e', loud: 'f' },
    };
    expect(mask.value(value, schema)).toEqual({
      login: { word: '[secret]', login: { word: '[secret]', plain: 'c' } },
      list: [{ word: '[secret]' }],
      other: { hush: '[secret]', loud: 'f' },
    });
  });

  test('hides secrets of the configuration, in names and numbers too', () => {
    const known = createMask({ chosen: [], secrets: [CANARY, '918273645'] });
    const masked = known.value({ [CANARY]: `a ${CANARY} b`, n: 918273645, m: 5 });
    expect(masked).toEqual({ '***': 'a *** b', n: '***', m: 5 });
  });

  test('keeps members with names of the prototype, and their secrets out', () => {
    const value = JSON.parse(
      '{"__proto__":{"password":"a"},"constructor":1,"toString":{"token":"b"},"hasOwnProperty":2}',
    ) as Json;
    expect(JSON.stringify(mask.value(value))).toBe(
      '{"__proto__":{"password":"[secret]"},"constructor":1,"toString":{"token":"[secret]"},"hasOwnProperty":2}',
    );
  });

  test('says what was left out, and stays small whatever was sent', () => {
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`member${index}`, index]));
    let deep: Json = 'end';
    for (let depth = 0; depth < 5_000; depth += 1) deep = [deep];
    const many = Array.from({ length: 200 }, () => 'some words '.repeat(180));
    // What shrinks under the mask was work all the same.
    const shrinking = Array.from({ length: 200 }, () => `password=${'x'.repeat(1_800)}`);
    for (const value of [wide, deep, many, shrinking, { wide, deep, many }] satisfies Json[]) {
      const text = JSON.stringify(mask.value(value));
      expect(text).toMatch(/left out/);
      expect(text.length).toBeLessThan(30_000);
    }
    expect(mask.value(Array.from({ length: 203 }, () => 1))).toContain('[3 more left out]');
  });

  test('of hostile text takes no longer than of any other', () => {
    const pieces = [
      'eyJ',
      'a:',
      '-eyJ',
      'bearer ',
      'aaaa://',
      '@',
      '"',
      '\\"',
      'password',
      '=',
      '-----BEGIN ',
      'sk-',
      '--a ',
      '\\',
    ];
    const hostile = pieces.flatMap((one) => [
      one.repeat(2_048 / one.length),
      ...pieces.map((two) => (one + two).repeat(2_048 / (one.length + two.length))),
    ]);
    const started = performance.now();
    for (const text of hostile) maskCredentials(text);
    expect((performance.now() - started) / hostile.length).toBeLessThan(50);
  });
});

const anyJson = fc.jsonValue({ maxDepth: 6, noUnicodeString: false }) as fc.Arbitrary<Json>;

test('masking any JSON value gives a JSON value, and never throws', () => {
  const known = createMask({ chosen: ['a', '/b/*', '/'], secrets: ['true', 'abcdef'] });
  fc.assert(
    fc.property(
      fc.oneof(
        anyJson,
        fc.object({ withNullPrototype: true, key: fc.string({ unit: 'binary' }) }) as fc.Arbitrary<Json>,
      ),
      anyJson,
      (value, schema) => {
        for (const one of [mask, known]) {
          const masked = one.value(value, schema as JsonObject);
          expect(typeof JSON.stringify(masked)).toBe('string');
        }
      },
    ),
  );
});

test('masking twice is masking once, where nothing was shortened', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.constantFrom(...SENTENCES))),
      (value) => {
        const once = mask.value(value);
        expect(mask.value(once)).toEqual(once);
      },
    ),
  );
});

/** A value with the canary in a place that must be masked, and the schema or setting that says so. */
const hidden = fc
  .tuple(
    fc.constantFrom(...SECRET_NAMES),
    fc.constantFrom(...SENTENCES, `${CANARY}${'x '.repeat(2_000)}`),
    fc.array(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'toString', 'items', '0')), { maxLength: 5 }),
    fc.constantFrom<'name' | 'text' | 'pair' | 'flag'>('name', 'text', 'pair', 'flag'),
  )
  .map(([name, sentence, path, way]) => {
    let value: Json =
      way === 'name'
        ? Object.fromEntries([[name, CANARY]])
        : way === 'text'
          ? sentence
          : way === 'pair'
            ? { name, value: CANARY }
            : [`--${name}`, CANARY];
    for (const part of path) value = part === '0' ? [1, value] : Object.fromEntries([[part, value]]);
    return { arguments: value };
  });

test.each(['digest', 'masked'] as const)(
  'a secret never appears in a record that keeps the %s of arguments',
  (kept) => {
    const recorder = createArgumentRecorder({ arguments: kept, mask: [] }, []);
    fc.assert(
      fc.property(hidden, (args) => {
        expect(JSON.stringify([recorder.of(args), recorder.ofRefused(args)])).not.toContain(CANARY);
      }),
      { numRuns: 500 },
    );
  },
);
