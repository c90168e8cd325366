import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../src/errors.ts';
import { loadPolicies } from '../../src/policy/load.ts';
import { GENERATED_FILES, REPOSITORY } from '../generate.ts';
import { findBrokenLinks, findDecisionFaults, findForeignText, type TextFile } from './documents.ts';
import { errorsPage } from './errors-page.ts';
import { POLICY_EXAMPLES } from './policies-page.ts';

/** Every file but what Git ignores, so that the test also runs where there is no Git. */
const ignored = readFileSync(path.join(REPOSITORY, '.gitignore'), 'utf8').split('\n').filter(Boolean);
const committed = filesIn('');

const read = (file: string): TextFile => ({
  path: file,
  text: readFileSync(path.join(REPOSITORY, file), 'utf8'),
});
const pages = committed.filter((file) => file.endsWith('.md') && !file.startsWith('specs/')).map(read);

describe('the documents', () => {
  test.each(GENERATED_FILES)('$file is what the code says: npm run generate', ({ file, content }) => {
    expect(read(file).text).toBe(content());
  });

  test('docs/errors.md has a row for every code', () => {
    const rows = [...read('docs/errors.md').text.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1]);
    expect(rows).toEqual(Object.keys(ERRORS).toSorted());
    expect(read('docs/errors.md').text).toBe(errorsPage());
  });

  test('each example of docs/policy-reference.md is what a policy may say', () => {
    for (const [key, example] of Object.entries(POLICY_EXAMPLES)) {
      expect(
        loadPolicies([{ file: key, text: JSON.stringify({ policy: 'p', ...toPolicy(key, example) }) }])
          .digest,
        key,
      ).toBeTruthy();
    }
  });

  test('each policy that docs/policy-reference.md shows can be read', () => {
    const shown = [...read('docs/policy-reference.md').text.matchAll(/^```yaml\n([^`]+)^```$/gm)].map(
      ([, yaml]) => yaml,
    );
    expect(shown.length).toBeGreaterThan(1);
    for (const yaml of shown) {
      const text = yaml?.includes('policy:') ? yaml : `policy: p\n${yaml}`;
      expect(loadPolicies([{ file: 'shown', text }]).digest, yaml).toBeTruthy();
    }
  });

  test('every relative link in a Markdown file leads somewhere', () => {
    expect(findBrokenLinks(pages, committed)).toEqual([]);
  });

  test('no committed text names a machine or a registry', () => {
    const files = committed.map(read).filter(({ text }) => !text.includes('\0'));
    expect(files.length).toBeGreaterThan(100);
    expect(findForeignText(files)).toEqual([]);
  });

  test('the index of decisions lists every record, in sequence', () => {
    const files = readdirSync(path.join(REPOSITORY, 'docs/decisions'));
    expect(findDecisionFaults(read('docs/decisions/README.md').text, files)).toEqual([]);
  });
});

/** The smallest policy that has an example at its place. */
function toPolicy(key: string, example: unknown): Record<string, unknown> {
  const [place = '', name = place] = key.split('.');
  if (place === name) return { [name]: example };
  const member = { [name]: example };
  const period = name === 'per' ? {} : { per: 'hour' };
  const amount = ['usd', 'tokens', 'calls'].includes(name) ? {} : { calls: 1 };
  // Who may say yes is asked of approvals, and only what permits fixes arguments.
  const effect = Object.hasOwn(member, 'obligations') ? 'permit' : 'approve';
  if (place === 'rule') return { rules: [{ id: 'example', effect, ...member }] };
  if (place === 'limit') return { limits: [{ id: 'example', rate: { calls: 1, per: 'day' }, ...member }] };
  if (place === 'rate' || place === 'budget') {
    return { limits: [{ id: 'example', [place]: { ...amount, ...period, ...member } }] };
  }
  return {
    rules: [{ id: 'example', effect: place === 'obligations' ? 'permit' : 'approve', [place]: member }],
  };
}

describe('the tests of the documents can fail', () => {
  test.each([
    ['a missing file', '[b](c.md)'],
    ['a file of the wrong folder', '[b](docs/b.md)'],
    ['a missing heading', '# One\n[b](#two)'],
    ['a missing file of a reference', '[b][c]\n\n[c]: ../nothing.md'],
    ['a missing picture', '<img src="picture.png">'],
  ])('%s is found', (_, text) => {
    expect(links(text)).toHaveLength(1);
  });

  test('files, folders, headings, addresses and code are let pass', () => {
    const good =
      '# One `two`: three\n[b](b.md) [x](../src/x/) [t](#one-two-three) [w](https://example.com) `[c](c.md)`';
    expect(links(`${good}\n\n\`\`\`md\n[c](c.md)\n\`\`\`\n`)).toEqual([]);
  });

  /* In pieces, so that this file does not hold them. */
  test.each([
    ['/home', '/dana/x'],
    ['see /root', '/.npmrc'],
    ['/tmp', '/x.log'],
    ['https://registry', '.npmjs.org/zod'],
    ['"resolved": "', 'https://example.com/x.tgz"'],
    ['// TO', 'DO: later'],
  ])('%s%s is found', (start, rest) => {
    expect(findForeignText([{ path: 'a.md', text: `one\n${start}${rest}` }])).toEqual([
      expect.stringMatching(/^a\.md:2: /),
    ]);
  });

  test('a record without a row, a row without a record and a gap are found', () => {
    expect(
      findDecisionFaults('[1](0001-a.md) [9](0009-z.md)', ['README.md', '0001-a.md', '0003-c.md']),
    ).toEqual([
      '0003-c.md is not in the index',
      'the index lists 0009-z.md, which is not there',
      '0003-c.md is number 2',
    ]);
  });
});

function links(text: string): string[] {
  return findBrokenLinks([{ path: 'docs/a.md', text }], ['docs/a.md', 'docs/b.md', 'src/x/y.ts']);
}

function filesIn(folder: string): string[] {
  return readdirSync(path.join(REPOSITORY, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (
      entry.name === '.git' ||
      ignored.some((line) => path.matchesGlob(entry.name, line.replace(/\/$/, '')))
    )
      return [];
    if (entry.isDirectory()) return filesIn(file);
    return entry.isFile() ? [file] : [];
  });
}
