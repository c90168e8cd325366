import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { freePort, startNode } from '../support/child-process.ts';
import { BIN, bailiwick } from '../support/command-line.ts';
import { temporaryDirectory, toRecord } from '../audit/support.ts';
import { startReceiver, type Received } from './support.ts';

const SECRET = `whsec_${'a'.repeat(32)}`;

async function makeFolder(
  sinks: unknown[],
): Promise<{ folder: string; listen: string; write: (sinks: unknown[]) => Promise<void> }> {
  const folder = await temporaryDirectory();
  const listen = `127.0.0.1:${await freePort()}`;
  const write = (next: unknown[]): Promise<void> =>
    writeFile(
      join(folder, 'bailiwick.yaml'),
      stringify({
        server: { listen },
        sources: { helpdesk: { openapi: 'helpdesk.yaml', url: 'http://127.0.0.1:1' } },
        audit: { dir: 'audit', sinks: next },
      }),
    );
  await copyFile(join(import.meta.dirname, '../../specs/helpdesk.yaml'), join(folder, 'helpdesk.yaml'));
  await mkdir(join(folder, 'policies'));
  await write(sinks);
  return { folder, listen, write };
}

const typesOf = (received: readonly Received[]): string[] =>
  received.flatMap(({ body }) => JSON.parse(body).map(({ type }: { type: string }) => type));

test('a gateway delivers its records and those that commands left behind, and applies other sinks while it runs', async () => {
  const { url, received } = await startReceiver((_, response) => response.end());
  const next = await startReceiver((_, response) => response.end());
  const hook = { name: 'hook', webhook: { url, secret: SECRET }, batch: { delayMs: 10 } };
  const { folder, write } = await makeFolder([hook]);

  const call = await bailiwick(folder, ['call', 'helpdesk_list_tickets']);
  expect(call.err).toContain('Unknown tool');
  const child = startNode([BIN, 'serve'], { cwd: folder });
  onTestFinished(() => child.stop());
  child.process.stdout?.resume();
  await expect
    .poll(() => typesOf(received), { timeout: 20_000 })
    .toEqual(expect.arrayContaining(['config', 'call.refused']));

  await write([{ ...hook, name: 'other', webhook: { url: next.url, secret: SECRET } }]);
  await expect
    .poll(() => typesOf(next.received), { timeout: 20_000 })
    .toEqual(expect.arrayContaining(['config', 'call.refused']));
  await child.stop();
  const last = next.received.flatMap(({ body }) => JSON.parse(body)).at(-1);
  expect(last.type, 'the checkpoint with which the chain is closed').toBe('checkpoint');
});

test('records on standard output are lines of JSON, and nothing else is there', async () => {
  const { folder } = await makeFolder([{ name: 'out', stdout: true, batch: { delayMs: 10 } }]);
  const child = startNode([BIN, 'serve'], { cwd: folder });
  onTestFinished(() => child.stop());
  let out = '';
  child.process.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  await expect.poll(() => out, { timeout: 20_000 }).toContain('"type":"config"');
  const closed = once(child.process, 'close');
  await child.stop();
  await closed;
  const records = out.trim().split('\n').map(toRecord);
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index + 1));
  expect(records.at(-1)?.type).toBe('checkpoint');
});

test.each([
  ['has gone', 'pipe'],
  ['is a full disk', '/dev/full'],
])(
  'when whoever reads standard output %s, the gateway goes on and says that records wait',
  async (_, where) => {
    const { folder, listen } = await makeFolder([{ name: 'out', stdout: true, batch: { delayMs: 10 } }]);
    const child = spawn(process.execPath, [BIN, 'serve'], {
      cwd: folder,
      stdio: ['ignore', where === 'pipe' ? 'pipe' : openSync(where, 'w'), 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    child.stdout?.destroy();
    let err = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
    await expect.poll(() => err, { timeout: 20_000 }).toContain('sink out does not take records');
    expect((await fetch(`http://${listen}/healthz`)).status).toBe(200);
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await closed;
    expect([child.exitCode, err]).toEqual([0, expect.stringContaining('stopped')]);
  },
);

test('over stdio no sink may write to standard output', async () => {
  const { folder } = await makeFolder([{ name: 'out', stdout: true }]);
  const { status, out, err } = await bailiwick(folder, ['serve', '--stdio']);
  expect([status, out]).toEqual([2, '']);
  expect(err).toContain('audit.sinks[0].stdout: `serve --stdio` speaks MCP on standard output');
});

test.each([
  [
    'no kind',
    { name: 'a' },
    'needs exactly one of `stdout`, `otlp`, `webhook`, `postgres` and `logAnalytics`',
  ],
  ['two kinds', { name: 'a', stdout: true, otlp: { url: 'http://127.0.0.1' } }, 'needs exactly one of'],
  [
    'a weak secret',
    { name: 'a', webhook: { url: 'https://a', secret: 'whsec_c2hvcnQ=' } },
    'must be `whsec_` and 24 to 64 bytes',
  ],
  [
    'a bad place',
    { name: 'a', webhook: { url: 'https://a', secret: SECRET, template: { x: '{{seq}}' } } },
    'must be a JSON pointer',
  ],
  [
    'a table that is SQL',
    { name: 'a', postgres: { url: 'postgres://h/d', table: 'a; DROP TABLE b' } },
    'must be lower-case letters',
  ],
  [
    'TLS in a URL',
    { name: 'a', postgres: { url: 'postgres://h/d?sslmode=disable' } },
    'must not say anything of TLS',
  ],
  [
    'a header with a line break',
    { name: 'a', otlp: { url: 'http://h', headers: { a: 'b\nc: d' } } },
    'must be printable ASCII',
  ],
  [
    'an endpoint without TLS',
    { name: 'a', logAnalytics: { endpoint: 'http://azure.example.com' } },
    'must be an https URL',
  ],
])('a sink with %s is refused', async (_, sink, message) => {
  const { folder } = await makeFolder([sink]);
  await expect(loadConfig(join(folder, 'bailiwick.yaml'), {})).rejects.toThrow(message);
});

test('two sinks of one name are refused', async () => {
  const { folder } = await makeFolder([
    { name: 'a', stdout: true },
    { name: 'a', otlp: { url: 'http://127.0.0.1' } },
  ]);
  await expect(loadConfig(join(folder, 'bailiwick.yaml'), {})).rejects.toThrow(
    /`audit\.sinks` has two sinks of the same name$/m,
  );
});
