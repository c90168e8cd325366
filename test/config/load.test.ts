import path from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { parseListen } from '../../src/server/settings.ts';
import { loadText, makeFolder, refusalOf } from './folder.ts';

test('a file with nothing but sources has defaults that work', async () => {
  const { config, folder, policyFiles } = await loadText('sources:\n  api: { openapi: api.yaml }\n');
  expect(config).toEqual({
    server: {
      listen: '127.0.0.1:8808',
      origins: [],
      hosts: [],
      maxBodyBytes: 8_388_608,
      maxHeaderBytes: 16_384,
      shutdownGraceMs: 10_000,
      maxSessions: 1000,
      sessionIdleMs: 1_800_000,
    },
    identity: {
      local: { scopes: [], groups: [], claims: {} },
      principals: {},
      keys: [],
      issuers: [],
      dpop: { maxAgeSeconds: 60, clockSkewSeconds: 30, nonce: false },
      resource: { name: 'Bailiwick' },
      revocations: { maxStaleSeconds: 300 },
    },
    sources: {
      api: expect.objectContaining({ openapi: path.join(folder, 'api.yaml'), timeout: 30_000 }),
    },
    policies: path.join(folder, 'policies'),
    state: { sqlite: path.join(folder, '.bailiwick/state.db'), localShare: 0.1 },
    audit: {
      dir: path.join(folder, '.bailiwick/audit'),
      arguments: 'masked',
      mask: [],
      signing: {},
      keep: {},
      sinks: [],
    },
    schemas: { budget: 1500, limit: 4000, definitions: 'keep' },
    ledger: { timeZone: 'UTC' },
    catalogs: {},
    listing: { mode: 'auto', budget: 10_000, pin: [] },
    search: expect.any(Object),
    profiles: {},
    results: { maxBytes: 100_000 },
  });
  expect(policyFiles).toEqual([]);
});

test('every setting of this version is accepted', async () => {
  const { config } = await loadText(
    `
server:
  listen: "[::1]:0"
  publicUrl: https://tools.example.com
  tls: { cert: tls/tls.crt, key: tls/tls.key }
  origins: [https://chat.example.com]
  hosts: [bailiwick, "[::1]"]
  maxBodyBytes: 4194304
  shutdownGraceMs: 0
  maxSessions: 5
  sessionIdleMs: 60000
identity:
  local: false
  principals:
    agent: { scopes: [tickets:read], groups: [support], team: care, client: bot, claims: { region: emea, levels: [1, 2] } }
  keys:
    - { principal: agent, hash: "sha256:${'ab'.repeat(32)}", expires: 2027-01-31T00:00:00Z }
sources:
  api: { openapi: api.yaml, url: "http://127.0.0.1:1", credentials: { token: { bearer: abc } } }
  files: { mcp: { command: [server, --flag], env: { A: b }, cwd: data }, trustAnnotations: true, timeout: 1000, startupTimeout: 2000 }
  remote: { mcp: { url: "https://mcp.example.com/mcp?tenant=1", transport: http, headers: { X-Tenant: one } } }
policies: [policies, more/one.policy.yaml]
audit: { dir: records, arguments: full }
results: { maxBytes: 2000 }
`,
    {
      'tls/tls.crt': 'certificate',
      'tls/tls.key': 'key',
      'data/file': '',
      'policies/a.policy.yaml': 'policy: a\n',
      'more/one.policy.yaml': 'policy: one\n',
    },
  );
  expect(config.identity.local).toBe(false);
  expect(config.identity.keys[0]?.expires).toBe('2027-01-31T00:00:00Z');
  expect(config.results.maxBytes).toBe(2000);
});

test('paths are relative to the configuration file, not to the working directory', async () => {
  const folder = await makeFolder({
    'deep/conf/bailiwick.yaml':
      'sources: { api: { openapi: ../api.json } }\naudit: { dir: ../audit }\nstate: { localShare: 1 }\n',
    'deep/api.json': '{"openapi":"3.1.0"}',
  });
  const { config, documents } = await loadConfig(
    path.relative(process.cwd(), path.join(folder, 'deep/conf/bailiwick.yaml')),
    {},
  );
  expect(config.audit.dir).toBe(path.join(folder, 'deep/audit'));
  expect(config.state.sqlite).toBe(path.join(folder, 'deep/conf/.bailiwick/state.db'));
  expect(documents.get('api')).toMatchObject({
    file: path.join(folder, 'deep/api.json'),
    text: '{"openapi":"3.1.0"}',
  });
});

test('a program starts in the folder of the configuration file unless a working directory is named', async () => {
  const { config, folder } = await loadText(
    'sources:\n  a: { mcp: { command: [./server] } }\n  b: { mcp: { command: [x], cwd: data } }\n',
    { 'data/file': '' },
  );
  expect(config.sources['a']).toMatchObject({ mcp: { cwd: folder } });
  expect(config.sources['b']).toMatchObject({ mcp: { cwd: path.join(folder, 'data') } });
});

test('a policy folder gives its policy files in the order of their names, and nothing else', async () => {
  const { policyFiles, folder } = await loadText('sources: {}\n', {
    'policies/b.policy.yaml': 'b',
    'policies/a.policy.yml': 'a',
    'policies/a.test.yaml': 'test',
    'policies/README.md': 'text',
    'policies/.hidden.policy.yaml': 'hidden',
    'policies/deeper/c.policy.yaml': 'c',
  });
  expect(policyFiles).toEqual([
    { file: path.join(folder, 'policies/a.policy.yml'), text: 'a' },
    { file: path.join(folder, 'policies/b.policy.yaml'), text: 'b' },
  ]);
});

test('a policy file that is named twice is read once', async () => {
  const { policyFiles } = await loadText('sources: {}\npolicies: [policies, policies/a.policy.yaml]\n', {
    'policies/a.policy.yaml': 'a',
  });
  expect(policyFiles).toHaveLength(1);
});

test('a file that is named but not there is an error where it is named', async () => {
  const refusal = await refusalOf(
    [
      'server: { tls: { cert: nope.crt, key: nope.key } }',
      'sources:',
      '  api: { openapi: nope.yaml }',
      '  web: { openapi: "https://example.com/api.yaml" }',
      '  dir: { openapi: policies }',
      '  bin: { openapi: binary }',
      '  cmd: { mcp: { command: [x], cwd: nope } }',
      'policies: [policies, nope]',
    ].join('\n'),
    { 'policies/a.policy.yaml': new Uint8Array([0xff]), binary: new Uint8Array([0xc3, 0x28]) },
  );
  const where = 'paths are relative to the configuration file';
  expect(refusal).toEqual([
    `1:24  the TLS file does not exist\n${where}`,
    `1:39  the TLS file does not exist\n${where}`,
    `3:19  the OpenAPI document does not exist\n${where}`,
    '4:19  a document is read from a file, not from a URL\ndownload the document and name the file',
    `5:19  the OpenAPI document is a folder, not a file\n${where}`,
    `6:19  the OpenAPI document is not UTF-8 text\n${where}`,
    `7:36  this working directory does not exist\n${where}`,
    `8:12  the policy file \`a.policy.yaml\` is not UTF-8 text\n${where}`,
    `8:22  this policy file or folder does not exist\n${where}`,
  ]);
});

test('a configuration file that is not there says how to name another', async () => {
  const folder = await makeFolder();
  await expect(loadConfig(path.join(folder, 'nope.yaml'), {})).rejects.toMatchObject({
    code: 'CONFIGURATION',
    problems: [
      {
        line: 1,
        column: 1,
        message: 'the configuration file does not exist',
        hint: 'name another one with --config',
      },
    ],
  });
});

test('every file and folder that was read is an input, absent ones that may come included', async () => {
  const { inputs, folder } = await loadText(
    'sources:\n  api: { openapi: api.yaml }\n  b: { mcp: { url: "http://127.0.0.1/${file:secret}" } }\n',
    { secret: 'hush\n' },
  );
  expect(inputs.map(({ kind, path: at }) => `${kind} ${path.relative(folder, at)}`).toSorted()).toEqual([
    'file api.yaml',
    'file bailiwick.lock',
    'file bailiwick.yaml',
    'file secret',
    'folder hints',
    'folder policies',
  ]);
});

test('an error carries what was read until then, so that its repair can be watched for', async () => {
  const folder = await makeFolder({ 'bailiwick.yaml': 'sources: { api: { openapi: later.yaml } }' });
  await expect(loadConfig(path.join(folder, 'bailiwick.yaml'), {})).rejects.toMatchObject({
    inputs: expect.arrayContaining([
      expect.objectContaining({ path: path.join(folder, 'later.yaml'), digest: 'absent' }),
    ]),
  });
});

test('the digest changes with every input and every environment value, and with nothing else', async () => {
  const text =
    'sources: { api: { openapi: api.yaml }, b: { mcp: { url: "http://127.0.0.1/${env:A}${file:f}" } } }\n';
  const files = { f: 'one', 'policies/a.policy.yaml': 'a' };
  const digestOf = async (
    change: { text?: string; files?: Record<string, string>; environment?: NodeJS.ProcessEnv } = {},
  ): Promise<string> =>
    (await loadText(change.text ?? text, { ...files, ...change.files }, { A: '1', ...change.environment }))
      .digest;

  const digest = await digestOf();
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  // Another folder, and a variable that nothing refers to.
  expect(await digestOf({ environment: { B: '2' } })).toBe(digest);
  const changed = await Promise.all([
    digestOf({ text: `${text}# comment\n` }),
    digestOf({ files: { f: 'two' } }),
    digestOf({ files: { 'api.yaml': 'openapi: 3.0.0\n' } }),
    digestOf({ files: { 'policies/a.policy.yaml': 'b' } }),
    digestOf({ files: { 'policies/b.policy.yaml': 'b' } }),
    digestOf({ environment: { A: '2' } }),
  ]);
  expect(new Set([digest, ...changed]).size).toBe(7);
});

test('a device in place of a file is refused without being waited for', async () => {
  const folder = await makeFolder({ 'bailiwick.yaml': 'sources: { api: { openapi: /dev/zero } }' });
  await expect(loadConfig(path.join(folder, 'bailiwick.yaml'), {})).rejects.toThrow(
    'the OpenAPI document is not a regular file',
  );
});

test.each([
  ['127.0.0.1:8808', { host: '127.0.0.1', port: 8808 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['[::1]:65535', { host: '::1', port: 65_535 }],
  ['8808', undefined],
  ['::1:8808', undefined],
  ['host:65536', undefined],
  ['host:', undefined],
  ['http://host:1', undefined],
])('the listen address %s is taken apart', (text, expected) => {
  expect(parseListen(text)).toEqual(expected);
});
