import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const SRC = path.resolve(import.meta.dirname, '../../src');

/** The functions of `policy/` that decide, or say what is shown. */
const DECIDING =
  /^import (?!type )[^;]*? from '[^']*policy\/(decide|decide-ahead|settle|examine|outlook|view)\.ts'/gm;

/** Who may ask them, and why. The command line asks what would be, of policies that are not in force. */
const ASKERS: Readonly<Record<string, string>> = {
  'gateway/decide-call.ts': 'every decision about what a client asks',
  'gateway/snapshot.ts': 'the views that lists, look-ups and refusals go by',
  'index.ts': 'the library',
};

/** Files of `src` beside `policy/` and `cli/` that ask for a decision themselves. */
function findAskers(files: readonly { path: string; text: string }[]): string[] {
  return files.flatMap(({ path: file, text }) =>
    /^(policy|cli)\//.test(file) || Object.hasOwn(ASKERS, file)
      ? []
      : [...text.matchAll(DECIDING)].map(([, name]) => `${file} asks policy/${name}.ts`),
  );
}

test('there is one opinion: only the decision of the gateway and the view ask what policy says', () => {
  const files = globSync('**/*.ts', { cwd: SRC }).map((file) => ({
    path: file.split(path.sep).join('/'),
    text: readFileSync(path.join(SRC, file), 'utf8'),
  }));
  expect(files.length).toBeGreaterThan(400);
  expect(findAskers(files)).toEqual([]);
  for (const file of Object.keys(ASKERS)) expect(files.map(({ path: one }) => one)).toContain(file);
});

test('and the rule can fail', () => {
  const text = `import {\n  decide,\n} from '../policy/decide.ts';`;
  expect(findAskers([{ path: 'server/door.ts', text }])).toEqual(['server/door.ts asks policy/decide.ts']);
  const types = `import type { View } from '../policy/view.ts';`;
  expect(findAskers([{ path: 'server/door.ts', text: types }])).toEqual([]);
});
