import { expect, test } from 'vitest';
import { errorOf, refusalOf } from './folder.ts';

test('an unknown key is named where it stands, with the key that was meant', async () => {
  expect(
    await refusalOf('sorces: {}\nsources:\n  api: { openapi: api.yaml, timeot: 3 }\nserver: { lisen: 1 }\n'),
  ).toEqual([
    '1:1  unknown key `sorces`; did you mean `sources`?',
    '3:29  unknown key `timeot` in `sources.api`; did you mean `timeout`?',
    '4:11  unknown key `lisen` in `server`; did you mean `listen`?',
  ]);
});

test('an unknown key that resembles nothing comes with the keys that are known there', async () => {
  expect(await refusalOf('sources: {}\naudit: { zzz: 1 }\n')).toEqual([
    '2:10  unknown key `zzz` in `audit`\nknown here: `dir`, `arguments`, `mask`, `signing`, `keep`, `sinks`',
  ]);
});

test('keys of one kind of source are not suggested for the other', async () => {
  expect(await refusalOf('sources: { api: { openapi: api.yaml, trustAnnotations: true } }\n')).toEqual([
    '1:38  unknown key `trustAnnotations` in `sources.api`\n' +
      'known here: `openapi`, `overlays`, `references`, `servers`, `serverVariables`, `rules`, `mediaTypes`, `forms`, `select`, `url`, `credentials`, `tls`, `privateNetwork`, `timeout`, `maxResponseBytes`, `price`, `prices`',
  ]);
});

test.each(['guardrails: []', 'limits: []', 'models: {}'])(
  '`%s` is refused as not in this version',
  async (line) => {
    const key = line.split(':')[0];
    expect(await refusalOf(`sources: {}\n${line}\n`)).toEqual([
      `2:1  \`${key}\` is not in this version of Bailiwick\nremove it`,
    ]);
  },
);

test('what a later version may know deeper in the file is refused by its name, too', async () => {
  const files = '  files: { mcp: { url: "http://x" }, rules: [] }';
  expect(await refusalOf(['sources:', '  cluster: { kubernetes: {} }', files].join('\n'))).toEqual([
    '2:14  `sources.cluster.kubernetes` is not in this version of Bailiwick\nremove it',
    '3:38  `sources.files.rules` is not in this version of Bailiwick\nremove it',
  ]);
});

test('a source is exactly one of openapi, mcp and tools, and an mcp exactly one of command and url', async () => {
  expect(
    await refusalOf(
      [
        'sources:',
        '  none: {}',
        '  typo: { openap: api.yaml }',
        '  both: { openapi: api.yaml, mcp: { command: [x] } }',
        '  what: { mcp: {} }',
        '  two: { mcp: { command: [x], url: "https://example.com" } }',
        '  empty:',
        '  text: api.yaml',
      ].join('\n'),
    ),
  ).toEqual([
    '2:3  `sources.none` needs exactly one of `openapi`, `mcp` and `tools`',
    '3:11  unknown key `openap` in `sources.typo`; did you mean `openapi`?',
    '4:30  `sources.both` has `openapi` and `mcp`; exactly one of them is allowed',
    '5:11  `sources.what.mcp` needs exactly one of `command` and `url`\n' +
      'for example `mcp: { command: [ npx, -y, "@modelcontextprotocol/server-filesystem", ./data ] }`',
    '6:31  `sources.two.mcp` has `command` and `url`; exactly one of them is allowed',
    '7:9  `sources.empty` must be a mapping, got nothing',
    '8:9  `sources.text` must be a mapping, got "api.yaml"',
  ]);
});

test('a source has a name that tools can be prefixed with, and none of the reserved ones', async () => {
  const refusal = await refusalOf(
    'sources:\n  Api: { openapi: api.yaml }\n  my_api: { openapi: api.yaml }\n  find: { openapi: api.yaml }\n',
  );
  const rule = 'a source is named with 1 to 24 lower-case letters, digits or `-`, a letter first';
  expect(refusal).toEqual([
    `2:3  \`sources.Api\`: ${rule}`,
    `3:3  \`sources.my_api\`: ${rule}`,
    '4:3  `sources.find`: the names `find`, `describe`, `call`, `run`, `generate`, `list` are reserved for built-in tools',
  ]);
});

test('a value of the wrong kind is told what would be right', async () => {
  expect(
    await refusalOf(
      [
        'sources: { a: { mcp: { command: run, env: { PORT: 80 } } } }',
        'server:',
        '  listen: 8808',
        '  origins: https://chat.example.com',
        '  maxSessions: many',
        '  sessionIdleMs: 0',
        '  shutdownGraceMs: 1.5',
        '  tls: { cert: a }',
        'audit: { arguments: everything, dir: }',
        'identity: { local: true }',
        'policies: 7',
      ].join('\n'),
      { a: '' },
    ),
  ).toEqual([
    '1:33  `sources.a.mcp.command` must be a list, got "run"\n' +
      'for example `command: [ npx, -y, "@modelcontextprotocol/server-filesystem", ./data ]`',
    '1:51  `sources.a.mcp.env.PORT` must be text\nwrite it in quotes',
    '3:11  `server.listen` must be text, got 8808\nwrite it in quotes: "8808"',
    '4:12  `server.origins` must be a list\nfor example `origins: [ https://chat.example.com ]`',
    '5:16  `server.maxSessions` must be a number, got "many"\nfor example `maxSessions: 1000`',
    '6:18  `server.sessionIdleMs` must be at least 1, got 0\nfor example `sessionIdleMs: 1800000`',
    '7:20  `server.shutdownGraceMs` must be a whole number, got 1.5\nfor example `shutdownGraceMs: 10000`',
    '8:3  `server.tls.key` is missing\nfor example `key: tls/tls.key`',
    '9:21  `audit.arguments` must be one of `digest`, `masked`, `full`, got "everything"',
    '9:38  `audit.dir` must be text, got nothing\ngive it a value or remove the key',
    '10:20  `identity.local` must be `false` or a mapping, got true\nfor example `local: { scopes: [ tickets:read ] }`',
    '11:11  `policies` must be text or a list, got 7\nfor example `policies: policies/`',
  ]);
});

test.each([
  ['keep: { days: 0 }', '`audit.keep.days` must be more than 0, got 0'],
  ["mask: ['/a/**']", '`audit.mask[0]` has a `*` that hides nothing: in a pointer it is a whole part'],
  ["mask: ['*token']", '`audit.mask[0]` has a `*` that hides nothing'],
])('audit: { %s }', async (audit, message) => {
  const [problem] = await refusalOf(`sources: {}\naudit: { ${audit} }`);
  expect(problem).toContain(message);
});

test('an empty file lacks sources, and says what they look like', async () => {
  for (const text of ['', '# nothing yet\n', 'server: {}\n']) {
    expect(await refusalOf(text)).toEqual([
      '1:1  `sources` is missing\nfor example `sources: { helpdesk: { openapi: specs/helpdesk.yaml } }`',
    ]);
  }
});

test('a key proves a principal that exists, by a hash, once', async () => {
  const hash = `sha256:${'0'.repeat(64)}`;
  const refusal = await refusalOf(
    [
      'sources: {}',
      'identity:',
      '  principals: { agent: {} }',
      '  keys:',
      `    - { principal: agnet, hash: "${hash}" }`,
      `    - { principal: agent, hash: "${hash}" }`,
    ].join('\n'),
  );
  expect(refusal).toEqual([
    '5:20  `identity.keys[0].principal` names no principal of `identity.principals`, got "agnet"\nfor example `principal: agent`',
    expect.stringContaining(
      '6:33  `identity.keys[1].hash` is the hash of `identity.keys[0]` again; a key proves one principal',
    ),
  ]);
});

test('a key that was pasted in place of its hash is not repeated', async () => {
  const error = await errorOf(
    'sources: {}\nidentity: { principals: { a: {} }, keys: [{ principal: a, hash: my-own-key }] }\n',
  );
  expect(error.message).toContain('`identity.keys[0].hash` must be `sha256:` and 64 hex digits');
  expect(error.message).not.toContain('my-own-key');
});

test('credentials that stand in the file are not repeated, whatever is wrong with them', async () => {
  const error = await errorOf(
    [
      'sources:',
      '  a: { openapi: api.yaml, url: "https://user:hunter22@example.com", credentials: { t: { bearer: "hunter22 hunter22" } } }',
      '  b: { mcp: { url: "https://user:hunter22@example.com", headers: { A: "hunter22\\nhunter22" } } }',
      '  c: { mcp: { command: [x], env: { A: 22222222 } } }',
      '  d: { openapi: api.yaml, credentials: hunter22 }',
    ].join('\n'),
  );
  expect(error.problems.length).toBeGreaterThanOrEqual(5);
  expect(error.message).not.toMatch(/hunter22|22222222/);
});

test('broken YAML reports where it breaks', async () => {
  expect(await refusalOf('sources:\n  a: { openapi: api.yaml\nserver: {}\n')).toEqual([
    expect.stringMatching(/^3:1 {2}broken YAML: /),
  ]);
  expect(await refusalOf('sources: {}\n\tserver: {}\n')).toEqual([
    expect.stringMatching(/^2:1 {2}broken YAML: /),
  ]);
  expect(await refusalOf('a: {}\n---\nb: {}\n')).toEqual([
    '2:1  holds several YAML documents; exactly one is expected',
  ]);
  expect(await refusalOf('sources: !include other.yaml\n')).toEqual(['1:10  tags (`!…`) are not supported']);
});

test('a key that stands twice is an error at its second place', async () => {
  expect(await refusalOf('sources: {}\nserver: { listen: "a:1", listen: "b:2" }\nsources: {}\n')).toEqual([
    '2:26  duplicate key `listen`\nremove one of the two',
    '3:1  duplicate key `sources`\nremove one of the two',
  ]);
});

test('merge keys are refused, aliases are followed', async () => {
  expect(await refusalOf('sources: {}\nserver: { <<: { listen: "a:1" } }\n')).toEqual([
    '2:11  merge keys (`<<`) are not supported\nrepeat the keys, or alias whole values',
  ]);
  expect(await refusalOf('sources: { a: &a { openapi: nope.yaml }, b: *a }\n')).toHaveLength(2);
});

test('an alias means the anchor before it, also where it is read again', async () => {
  const refusal = await refusalOf(
    'sources: {}\nserver: { origins: &x [one], hosts: &y [*x], maxSessions: &x two, sessionIdleMs: *y, listen: *later }\npolicies: &later p\n',
  );
  expect(refusal).toEqual(['2:94  no anchor `&later` ends before this alias']);
});

test('all problems come at once, in the order of the file, each as file:line:column', async () => {
  const error = await errorOf('sources: { Api: {} }\naudit: { arguments: all }\nmodels: {}\n');
  expect(error.code).toBe('CONFIGURATION');
  const places = error.message.split('\n').filter((line) => !line.startsWith('    '));
  expect(places.map((line) => /bailiwick\.yaml:(\d+:\d+) {2}/.exec(line)?.[1])).toEqual([
    '1:12',
    '2:21',
    '3:1',
  ]);
  expect(error.problems.at(-1)).toMatchObject({ line: 3, column: 1, pointer: '/models' });
});

const REDIS = "redis: { url: 'redis://127.0.0.1' }";

test.each([
  ['identity: { server: { login: { keys: true }, registration: opne } }', 'did you mean `open`?'],
  ['identity: { issuers: [{ issuer: https://a.example, preset: keyclok }] }', 'did you mean `keycloak`?'],
  ['identity: { issuers: [{ issuer: login.example.com }] }', 'must be an http or https URL'],
  [
    'identity: { issuers: [{ issuer: https://a.example }, { issuer: https://a.example }] }',
    'for example `audience: [ api://bailiwick, api://other ]`',
  ],
  [
    "identity: { server: { login: { keys: true } } }\nserver: { listen: '0.0.0.0:1' }",
    'for example `server: { publicUrl: https://tools.example.com }`',
  ],
  [
    `identity: { server: { login: { keys: true } } }\nstate: { ${REDIS} }`,
    'for example `state: { encryptionKeys: [ "${env:BAILIWICK_STATE_KEY}" ] }`',
  ],
])('one mistake is told once, with what was meant: %s', async (text, meant) => {
  const problems = await refusalOf(`sources: {}\n${text}\n`);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(meant);
});
