import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { loadPolicies } from '../../src/policy/load.ts';
import { parseCondition } from '../../src/policy/cel/parse-condition.ts';
import { REPOSITORY } from '../generate.ts';
import { createFolder } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';
import { codeBlocksOf, type CodeBlock } from './code-blocks.ts';

const blocks = codeBlocksOf(readFileSync(path.join(REPOSITORY, 'docs/policies.md'), 'utf8'));
const ofLanguage = (language: string): CodeBlock[] => blocks.filter((block) => block.language === language);

/** A block that says in its first line which file it is; `whole` where it is all of it. */
const named = ofLanguage('yaml').flatMap((block) => {
  const [, file, part] = /^# (\S+\.yaml)(, a part)?\n/.exec(block.text) ?? [];
  return file === undefined ? [] : [{ ...block, file, isWhole: part === undefined }];
});

describe('docs/policies.md', () => {
  let workspace: Awaited<ReturnType<typeof createFolder>>;
  beforeAll(async () => {
    const files = named.filter(({ isWhole }) => isWhole).map(({ file, text }) => [file, text] as const);
    workspace = await createFolder(Object.fromEntries(files));
    await symlink(path.join(REPOSITORY, 'specs'), path.join(workspace.folder, 'specs'));
    await mkdir(path.join(workspace.folder, 'node_modules'));
    await symlink(REPOSITORY, path.join(workspace.folder, 'node_modules/bailiwick'));
    await workspace.write('proposed/none.policy.yaml', 'policy: none\n');
  });
  afterAll(() => workspace[Symbol.asyncDispose]());

  test.each(ofLanguage('yaml').filter(({ text }) => isPolicy(text)))(
    'the policy at line $line can be read',
    ({ line, text }) => {
      const whole = /^policy:/m.test(text) ? text : `policy: p\n${text}`;
      expect(loadPolicies([{ file: `line-${line}.policy.yaml`, text: whole }]).digest).toBeTruthy();
    },
  );

  test('no block of YAML is passed over', () => {
    const known = ofLanguage('yaml').filter(
      ({ line, text }) => isPolicy(text) || named.some((block) => block.line === line),
    );
    expect(known).toHaveLength(ofLanguage('yaml').length);
    expect(known.length).toBeGreaterThan(9);
  });

  test.each(named.filter(({ file }) => file === 'bailiwick.yaml'))(
    'the configuration at line $line can be read',
    async ({ line, text, isWhole }) => {
      const file = path.join(workspace.folder, `line-${line}.yaml`);
      const sources = 'sources: { helpdesk: { openapi: specs/helpdesk.yaml, url: http://127.0.0.1:8809 } }\n';
      await writeFile(file, isWhole ? text : sources + text);
      expect((await loadConfig(file, {})).config.sources).toHaveProperty('helpdesk');
    },
  );

  test('its tests pass, and use every rule', async () => {
    const { status, out } = await runWith(workspace.folder, ['policy', 'test', '--min-coverage', '100']);
    expect({ status, out: status === 0 ? '' : out }).toEqual({ status: 0, out: '' });
  });

  test.each(ofLanguage('console'))('what is shown at line $line is what is printed', async ({ text }) => {
    const [command = '', ...lines] = text.split('\n');
    const { out } = await runWith(workspace.folder, toWords(command.replace(/^\$ bailiwick /, '')));
    expect(out).toBe(lines.join('\n'));
  });

  test.each(ofLanguage('sh').flatMap(({ text }) => text.trim().split('\n')))(
    '%s is a command',
    async (line) => {
      const [, ...words] = toWords(line.replace(/ +# .*$/, '').replace(/ > \S+$/, ''));
      const command = words.slice(0, words[0] === 'policy' || words[0] === 'audit' ? 2 : 1);
      const { status, out } = await runWith(workspace.folder, [...command, '--help']);
      expect(status).toBe(0);
      expect(out).toContain(`Usage: bailiwick ${command.join(' ')} `);
      for (const option of words.filter((word) => word.startsWith('--'))) expect(out).toContain(option);
    },
  );

  test('the schemas before and after are those that are listed', async () => {
    const [before, after] = ofLanguage('json').map(({ text }) => JSON.parse(text) as object);
    expect(await refundArguments(workspace.folder)).toMatchObject(before ?? {});
    expect(await refundArguments(workspace.folder, '--as', 'ada')).toMatchObject(after ?? {});
  });

  test('every condition that the tables name can be read, and what it calls impossible cannot', async () => {
    const guide = await readFile(path.join(REPOSITORY, 'docs/policies.md'), 'utf8');
    const rows = guide.slice(guide.indexOf('| to write |'), guide.indexOf('**What cannot be evaluated'));
    const conditions = [...rows.matchAll(/`([^`]+)`/g)].flatMap(([, text = '']) =>
      /^(?:args|now|has|size|"oncall")/.test(text) ? [text] : [],
    );
    expect(conditions.length).toBeGreaterThan(8);
    for (const text of conditions) expect(parseCondition(text), text).toHaveProperty('expression');
    expect(parseCondition('args.amount <= "many" + 1')).toHaveProperty('message');
  });
});

/** The arguments of one tool, as it is listed. */
async function refundArguments(folder: string, ...args: string[]): Promise<object> {
  const { out } = await runWith(folder, ['tools', ...args, '--json']);
  const { tools } = JSON.parse(out) as { tools: { name: string; inputSchema: { properties: object } }[] };
  return tools.find(({ name }) => name === 'helpdesk_create_refund')?.inputSchema.properties ?? {};
}

function isPolicy(text: string): boolean {
  return /^(?:policy|scopes|rules|limits):/m.test(text) && !/^tests:/m.test(text);
}

/** As a shell takes a line apart, as far as the guide has need of it. */
function toWords(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}
