import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Outcome } from '../support/command-line.ts';
import { REPOSITORY } from '../support/gateway.ts';
import { runHere } from '../support/in-process.ts';
import { BEFORE, createRepository } from './repository.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: { readonly review: { readonly steps: readonly Step[] } };
}

const text = await readFile(path.join(REPOSITORY, 'docs/examples/policy-review/policy-review.yml'), 'utf8');
const workflow = parse(text) as Workflow;
const { steps } = workflow.jobs.review;

test('the example workflow asks for little, and pins what it uses', () => {
  expect(workflow.permissions).toEqual({ contents: 'read' });
  for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/@[0-9a-f]{40}$/);
  // What somebody else can choose, the name of a branch above all, never becomes a part of a script.
  for (const { run } of steps) expect(run ?? '').not.toContain('${{');
});

test('its steps run as they are written, and write the summary', async () => {
  await using repository = await createRepository({
    'policies/notes.test.yaml':
      'tests:\n  - { as: dana, call: notes_list_notes, expect: permit }\n  - { as: dana, call: notes_wipe, expect: deny }\n',
  });
  const { folder, git, write, commit } = repository;
  git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  git('checkout', '--quiet', '-b', 'change');
  const deny = '{ id: no-wiping, effect: deny, what: { source: notes, tool: delete_note } }';
  await write(
    'policies/notes.policy.yaml',
    `${BEFORE.slice(0, BEFORE.indexOf('rules:'))}rules:\n  - ${deny}\n`,
  );
  commit('change');
  const summary = path.join(folder, '.git', 'summary.md');
  const programs = path.join(folder, '.git', 'programs');
  await mkdir(programs);
  /** Runs a script with `npx`, in the place of what `npm ci` installs, as a shell script. */
  const runWithNpx = async (script: string, npx: string) => {
    await writeFile(path.join(programs, 'npx'), `#!/bin/sh\n${npx}`, { mode: 0o755 });
    await writeFile(summary, '');
    return spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: `${programs}${path.delimiter}${process.env['PATH']}`,
        HOME: folder,
        BASE: 'main',
        GITHUB_STEP_SUMMARY: summary,
      },
    });
  };
  /** Runs a script once to see what it asks for, then with the answer: starting the command costs seconds. */
  const run = async (script: string) => {
    const at = (name: string): string => path.join(folder, '.git', name);
    await runWithNpx(script, `printf '%s\\n' "$@" > '${at('asked')}'\n`);
    const [option, program, ...words] = (await readFile(at('asked'), 'utf8')).trimEnd().split('\n');
    expect([option, program]).toEqual(['--no-install', 'bailiwick']);
    const { status, out, err } = await runIn(folder, words);
    await writeFile(at('out'), out);
    const answered = await runWithNpx(script, `cat '${at('out')}'\nexit ${status}\n`);
    return { status: answered.status, said: answered.stdout + answered.stderr + err };
  };
  const ours = steps.flatMap(({ run: script }) => (script?.includes('bailiwick') ? [script] : []));
  expect(ours).toHaveLength(3);
  for (const script of ours) {
    const { status, said } = await run(script);
    expect(status, said).toBe(0);
  }
  const written = await readFile(summary, 'utf8');
  expect(written).toMatch(/^\*\*Policy: \d loss(?:es)?\*\*/);
  expect(written).toContain('### Losses');

  await write('policies/notes.policy.yaml', `${BEFORE}  - { id: odd }\n`);
  const broken = await run(ours[2] ?? '');
  expect(broken.status).toBe(2);
  expect(broken.said).toMatch(/notes\.policy\.yaml:7:\d+/);
});

async function runIn(folder: string, words: readonly string[]): Promise<Outcome> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await runHere(words);
  } finally {
    process.chdir(before);
  }
}
