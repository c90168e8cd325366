import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadPolicies } from '../../src/policy/load.ts';
import { readTestFile } from '../../src/policy/test-file/read.ts';
import { createFolder, REPOSITORY } from '../support/gateway.ts';
import { runHere } from '../support/in-process.ts';
import { catalog, decide, principal, resourceTarget, toolTarget } from '../policy/fixtures.ts';
import { checkPolicies } from '../../src/policy/check.ts';

const FOLDER = path.join(REPOSITORY, 'policies/packs');
const read = (file: string): string => readFileSync(path.join(FOLDER, file), 'utf8');
const files = readdirSync(FOLDER);
const packs = files.flatMap((file) =>
  file.endsWith('.policy.yaml') ? [file.slice(0, -'.policy.yaml'.length)] : [],
);
const all = loadPolicies(packs.map((pack) => ({ file: pack, text: read(`${pack}.policy.yaml`) })));

interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly { readonly name: string; readonly passed?: boolean }[];
  readonly coverage: { readonly rules: readonly { readonly id: string; readonly cases: number }[] };
}

describe('the packs', () => {
  test('are the ones that the guide names, each with its tests and nothing else beside', () => {
    expect(packs).toEqual([
      'destructive-needs-approval',
      'help-desk',
      'kubernetes-break-glass',
      'kubernetes-developer',
      'kubernetes-sre',
      'model-access-by-team',
      'read-only',
    ]);
    expect(files.toSorted()).toEqual(
      packs.flatMap((pack) => [`${pack}.policy.yaml`, `${pack}.test.yaml`]).toSorted(),
    );
  });

  test('pass their tests by the command, and these decide by every rule', async () => {
    await using workspace = await createFolder({ 'bailiwick.yaml': 'sources: {}\n' });
    const config = path.join(workspace.folder, 'bailiwick.yaml');
    for (const pack of packs) {
      const file = path.join(FOLDER, `${pack}.test.yaml`);
      const { status, out, err } = await runHere(['policy', 'test', file, '--json', '--config', config]);
      expect({ pack, status, err, out: status === 0 ? '' : out }).toEqual({
        pack,
        status: 0,
        err: '',
        out: '',
      });
      const { coverage, passed } = JSON.parse(out) as TestReport;
      const own = coverage.rules.filter(({ id }) => id.startsWith(`${pack}/`));
      expect(passed).toBeGreaterThan(3);
      expect(own.length).toBeGreaterThan(0);
      expect(own.filter(({ cases }) => cases === 0)).toEqual([]);
    }
  });

  test.each(packs)('%s says on top what it gives, what it expects and how it is used', (pack) => {
    const text = read(`${pack}.policy.yaml`);
    const top = text.slice(0, text.indexOf('\npolicy:'));
    expect(text).toContain(`\npolicy: ${pack}\n`);
    expect(top).toMatch(/^# yaml-language-server: \$schema=\.\.\/policy\.schema\.json\n/);
    for (const words of ['# What it gives', '# What it expects', '# How to use it'])
      expect(top).toContain(words);
    expect(top).toContain(`policies: [policies/, node_modules/bailiwick/policies/packs/${pack}.policy.yaml]`);
    expect(readTestFile(`${pack}.test.yaml`, read(`${pack}.test.yaml`))).toHaveProperty('content');
  });

  test('go together: no name twice, and nothing that one says is said by another', () => {
    const { problems } = checkPolicies(all, catalog());
    expect(problems.filter(({ message }) => /says the same/.test(message))).toEqual([]);
    expect(all.rules.length).toBeGreaterThan(20);
  });

  test('open nothing to somebody of whom nothing is known', () => {
    const targets = [
      toolTarget('cluster', 'list'),
      toolTarget('cluster', 'delete', 'destructive'),
      toolTarget('helpdesk', 'create_refund', 'write'),
      resourceTarget('file:///srv/manual.md'),
      { kind: 'model', source: '', name: 'gpt-5-mini' } as const,
    ];
    for (const target of targets) expect(decide(all, principal(), target).effect).toBe('deny');
  });

  test('hold a caller to what each of them denies, whatever the others permit', () => {
    const everything = principal({
      groups: ['read-only', 'unattended', 'sre', 'developers', 'support-leads'],
      scopes: ['all:read'],
    });
    const { effect, rules } = decide(all, everything, toolTarget('cluster', 'delete', 'destructive'), {
      kind: 'Namespace',
    });
    expect({ effect, rules }).toEqual({
      effect: 'deny',
      rules: [
        'destructive-needs-approval/nobody-to-ask',
        'kubernetes-sre/no-landslides',
        'kubernetes-sre/one-at-a-time',
        'read-only/ceiling',
      ],
    });
  });

  test('are loaded where they are named, and not with the folder that they lie in', async () => {
    await using workspace = await createFolder({
      'bailiwick.yaml': 'sources: {}\npolicies: policies/\n',
      'policies/own.policy.yaml': 'policy: own\n',
      'policies/packs/read-only.policy.yaml': read('read-only.policy.yaml'),
      'named.yaml': 'sources: {}\npolicies: [policies/, policies/packs/read-only.policy.yaml]\n',
    });
    const rulesOf = async (config: string): Promise<string[]> => {
      const { loadConfig } = await import('../../src/config/load.ts');
      const loaded = await loadConfig(path.join(workspace.folder, config), {});
      return loadPolicies(loaded.policyFiles).rules.map(({ id }) => id);
    };
    expect(await rulesOf('bailiwick.yaml')).toEqual([]);
    expect(await rulesOf('named.yaml')).toEqual(['read-only/ceiling', 'read-only/scope:all:read']);
  });

  test('are in the package', () => {
    const manifest = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8')) as {
      files: string[];
    };
    expect(manifest.files).toContain('policies/packs');
  });
});
