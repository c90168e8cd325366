import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Isolation } from '../../src/upstream/mcp/isolation/isolation.ts';
import { call, startUpstream, temporaryFolder, textOf, type TestUpstream } from '../mcp-upstream/support.ts';

const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url));
export const HOSTILE = join(FIXTURES, 'hostile-server.ts');

/** Folders of a gateway with what nobody is to see: a configuration, a record, a key; and beside them what may be shared. */
export function createHome(): { root: string; data: string; out: string; hidden: string[] } {
  const root = temporaryFolder();
  const [data, out, audit] = ['data', 'out', 'audit'].map((name) => join(root, name));
  if (data === undefined || out === undefined || audit === undefined) throw new Error('no folders');
  for (const folder of [data, out, audit]) mkdirSync(folder);
  writeFileSync(join(root, 'bailiwick.yaml'), 'secret configuration');
  writeFileSync(join(root, 'id_ed25519'), 'secret key');
  writeFileSync(join(audit, '1.jsonl'), 'secret record');
  writeFileSync(join(data, 'open.txt'), 'for all');
  return { root, data, out, hidden: [join(root, 'bailiwick.yaml'), audit] };
}

export type Attempt = (tool: string, at?: string | number) => Promise<string>;

/** A hostile server in a sandbox, and what it tries there. */
export function imprison(
  isolation: Isolation,
  options: { command?: string[]; env?: Record<string, string>; cwd?: string } = {},
): { attempt: Attempt; upstream: TestUpstream } {
  const upstream = startUpstream({
    command: options.command ?? [process.execPath, HOSTILE],
    env: options.env ?? {},
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    isolation,
  });
  return {
    upstream,
    attempt: async (tool, at = '') => textOf(await call(upstream, tool, { at: String(at) })),
  };
}

/** The folder of the hostile server, to be shared. */
export const ITSELF = { path: FIXTURES, at: FIXTURES, write: false };
