import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createFolder, DOCUMENT } from '../support/gateway.ts';

export const CONFIG = `identity:
  local: false
  principals:
    dana: { scopes: ["notes:read"] }
    erik: { scopes: ["notes:read", "notes:write"], groups: [careful] }
sources:
  notes: { openapi: notes.yaml, url: "http://127.0.0.1:9" }
`;

export const BEFORE = `policy: notes
scopes:
  notes:read: { source: notes, access: read }
  notes:write: { source: notes, tag: notes, access: [write, destructive] }
rules:
  - { id: deletion-by-a-person, effect: approve, who: { groups: [careful] }, what: { source: notes, access: destructive } }
`;

/** Reading is for everybody, deleting for nobody who is careful. */
export const AFTER = `${BEFORE}  - { id: everybody-reads, effect: permit, what: { source: notes, access: read } }
  - { id: no-deletion, effect: deny, who: { groups: [careful] }, what: { source: notes, tool: delete_note } }
limits:
  - { id: slow, what: { source: notes }, rate: { calls: 5, per: minute } }
`;

/** The repository that all others begin as, of one process: copying it is cheaper than starting Git. */
let first: Promise<string> | undefined;

/** A Git repository with a configuration and files beside it, committed on `main`. */
export async function createRepository(files: Readonly<Record<string, string>> = {}) {
  first ??= createFirst();
  const workspace = await createFolder({});
  const { folder } = workspace;
  await cp(await first, folder, { recursive: true, preserveTimestamps: true });
  const { git, commit } = gitIn(folder);
  for (const [name, text] of Object.entries(files)) await workspace.write(name, text);
  if (Object.keys(files).length > 0) commit('more files');
  return { ...workspace, git, commit };
}

async function createFirst(): Promise<string> {
  const { folder } = await createFolder({
    'bailiwick.yaml': CONFIG,
    'notes.yaml': DOCUMENT,
    'policies/notes.policy.yaml': BEFORE,
  });
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { git, commit } = gitIn(folder);
  git('init', '--quiet', '--initial-branch', 'main', '--template', '');
  commit('first');
  return folder;
}

function gitIn(folder: string) {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: 'Ann',
        GIT_AUTHOR_EMAIL: 'ann@example.com',
        GIT_COMMITTER_NAME: 'Ann',
        GIT_COMMITTER_EMAIL: 'ann@example.com',
      },
    }).trim();
  const commit = (message: string): void => {
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message', message);
  };
  return { git, commit };
}
