import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { redacted } from '../../src/config/redacted.ts';
import { errorOf, loadText, refusalOf } from './folder.ts';

const SECRET = 'correct-horse-battery';

test('references are replaced anywhere inside a text, several at once', async () => {
  const { config } = await loadText(
    'sources: { a: { mcp: { url: "http://${env:HOST}:${env:PORT}/mcp", headers: { A: "Bearer ${file:token}" } } } }',
    { token: `${SECRET}\n` },
    { HOST: 'localhost', PORT: '81' },
  );
  expect(config.sources['a']).toMatchObject({
    mcp: { url: 'http://localhost:81/mcp', headers: { A: `Bearer ${SECRET}` } },
  });
});

/** The source of a configuration whose `A` is the content of a secret file. */
async function withSecretFile(content: string): Promise<unknown> {
  const { config } = await loadText('sources: { a: { mcp: { command: [x], env: { A: "${file:f}" } } } }', {
    f: content,
  });
  return config.sources['a'];
}

test('a secret file loses one line break at its end and nothing else', async () => {
  expect(await withSecretFile(' a\r\n')).toMatchObject({ mcp: { env: { A: ' a' } } });
  expect(await withSecretFile('a\n\n')).toMatchObject({ mcp: { env: { A: 'a\n' } } });
  expect(await withSecretFile('\ufeffa')).toMatchObject({ mcp: { env: { A: 'a' } } });
});

test('a doubled dollar stands for a literal one before a brace', async () => {
  const { config, secrets } = await loadText(
    'sources: { a: { mcp: { command: [sh, "$${HOME}", "$5", "${env:X}$${Y}"] } } }',
    {},
    { X: 'x' },
  );
  expect(config.sources['a']).toMatchObject({ mcp: { command: ['sh', '${HOME}', '$5', 'x${Y}'] } });
  expect(secrets).toEqual(['x']);
});

test('what a secret holds is never read as a reference again', async () => {
  const { config } = await loadText(
    'sources: { a: { mcp: { command: ["${env:X}"] } } }',
    {},
    { X: '${env:Y}', Y: 'y' },
  );
  expect(config.sources['a']).toMatchObject({ mcp: { command: ['${env:Y}'] } });
});

test('a reference that cannot be resolved is an error where it stands, and the only one there', async () => {
  expect(
    await refusalOf(
      [
        'sources:',
        '  a: { openapi: "${file:nope}" }',
        '  b: { mcp: { url: "${env:NOPE}" } }',
        '  c: { mcp: { command: ["${env:EMPTY}", "${file:empty}", "${file:policies}", "${file:binary}"] } }',
        '  d: { mcp: { command: ["${HOME}", "${env:}", "${env:A", "${ENV:A}"] } }',
      ].join('\n'),
      { empty: '\n', binary: new Uint8Array([0xff]), 'policies/a.policy.yaml': '' },
      { EMPTY: '', A: 'a' },
    ),
  ).toEqual([
    '2:17  the secret file `nope` does not exist\nthe path is relative to the configuration file',
    '3:20  the environment variable `NOPE` is not set\nset it where Bailiwick is started',
    '4:25  the environment variable `EMPTY` is empty\nset it where Bailiwick is started',
    '4:41  the secret file `empty` is empty\nthe path is relative to the configuration file',
    '4:58  the secret file `policies` is a folder, not a file\nthe path is relative to the configuration file',
    '4:78  the secret file `binary` is not UTF-8 text\nthe path is relative to the configuration file',
    ...['5:25', '5:36', '5:47', '5:58'].map(
      (place) =>
        `${place}  \`\${\` starts no reference that is known\nwrite \`\${env:NAME}\`, \`\${file:path}\`, or \`$\${\` for a literal \`\${\``,
    ),
  ]);
});

test('a value that came from a secret is in no message, whatever is wrong with it', async () => {
  const error = await errorOf(
    [
      'server:',
      '  listen: "${env:S}"',
      '  publicUrl: "${env:S}"',
      '  tls: { cert: "${env:S}", key: "${file:s}" }',
      '  origins: ["${env:S}"]',
      '  hosts: ["x ${env:S}"]',
      '  maxBodyBytes: "${env:S}"',
      '  maxSessions: "${env:S}"',
      'identity:',
      '  local: "${env:S}"',
      '  keys: [{ principal: "${env:S}", hash: "${env:S}", expires: "${env:S}" }, "${env:S}"]',
      'sources:',
      '  a: { openapi: "${env:S}", url: "${env:S}", credentials: { t: "${env:S}" }, timeout: "${env:S}" }',
      '  b: { mcp: { url: "${env:S}", transport: "${env:S}", headers: "${env:S}" } }',
      '  c: { mcp: { command: "${env:S}", env: { A: ["${env:S}"] }, cwd: "${env:S}" } }',
      '  d: "${env:S}"',
      '  e: { openapi: "https://${env:S}/" }',
      'policies: ["${env:S}"]',
      'audit: { arguments: "${env:S}" }',
      'results: "${env:S}"',
    ].join('\n'),
    { s: SECRET },
    { S: SECRET },
  );
  expect(error.problems.length).toBeGreaterThan(20);
  expect(inspect(error, { depth: 10 })).not.toContain(SECRET);
  expect(JSON.stringify(error.problems)).not.toContain(SECRET);
});

test('what is printed holds references as they were written, and masks what stands in the file', async () => {
  const loaded = await loadText(
    `
sources:
  a: { openapi: api.yaml, url: "http://127.0.0.1", credentials: { t: { username: me, password: ${SECRET} } } }
  b: { mcp: { url: "https://example.com/mcp?key=${SECRET}", headers: { A: "Bearer \${env:S}", B: ${SECRET} } } }
  c: { mcp: { command: [run, "--token=\${env:S}"], env: { A: ${SECRET}, E: "" } } }
state:
  redis: { url: "redis://user:${SECRET}@127.0.0.1/0", password: ${SECRET} }
  encryptionKeys: [${SECRET}${SECRET}${SECRET}, "\${env:S}\${env:S}\${env:S}"]
`,
    {},
    { S: SECRET },
  );
  expect(redacted(loaded)).toMatchObject({
    sources: {
      a: { url: 'http://127.0.0.1', credentials: { t: { username: '***', password: '***' } } },
      b: { mcp: { url: 'https://example.com/mcp?***', headers: { A: 'Bearer ${env:S}', B: '***' } } },
      c: { mcp: { command: ['run', '--token=${env:S}'], env: { A: '***', E: '' } } },
    },
    state: {
      redis: { url: 'redis://user:***@127.0.0.1/0', password: '***' },
      encryptionKeys: ['***', '${env:S}${env:S}${env:S}'],
    },
  });
  expect(JSON.stringify(redacted(loaded))).not.toContain(SECRET);
});

test('a loaded configuration that is logged by mistake shows no secret', async () => {
  const text = `sources: { a: { mcp: { url: "https://example.com", headers: { A: "\${env:S}", B: ${SECRET} } } } }`;
  const loaded = await loadText(text, {}, { S: SECRET });
  for (const value of [loaded, loaded.config]) {
    expect(inspect(value, { depth: 20 })).not.toContain(SECRET);
    expect(JSON.stringify(value)).not.toContain(SECRET);
  }
  expect(JSON.stringify(loaded)).toContain('${env:S}');
  expect(loaded.config.sources['a']).toMatchObject({ mcp: { headers: { A: SECRET } } });
});

test('the secrets are handed out for redaction, longest first', async () => {
  const { secrets } = await loadText(
    'sources: { a: { mcp: { command: ["${env:A}", "${env:B}", "${file:c}", "${env:A}"] } } }',
    { c: 'three\n' },
    { A: 'one', B: 'second' },
  );
  expect(secrets).toEqual(['second', 'three', 'one']);
});

test('a member that an environment inherits is no variable', async () => {
  expect(await refusalOf('sources: { a: { openapi: "${env:constructor}" } }')).toEqual([
    expect.stringContaining('the environment variable `constructor` is not set'),
  ]);
});
