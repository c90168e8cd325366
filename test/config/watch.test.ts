import { appendFile, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ConfigurationError } from '../../src/config/configuration-error.ts';
import { digestOfBytes, type Inputs } from '../../src/config/inputs.ts';
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts';
import { type InputWatch, watchInputs } from '../../src/config/watch.ts';
import { makeFolder } from './folder.ts';

/** Longer than any machine needs; a test that passes does not wait for it. */
const WAITING = { timeout: 10_000, interval: 5 };

/** How a test looks at changes: by events alone, or by polling alone. */
const BY_EVENTS = { debounceMs: 10, pollMs: 0 };
const BY_POLLING = { debounceMs: 600_000, pollMs: 20 };

interface Watched {
  readonly watch: InputWatch;
  /** Resolves once `onChange` has been called this many times; fails when that takes too long. */
  readonly changed: (times: number) => Promise<void>;
  readonly count: () => number;
}

function startWatch(inputs: Inputs, options: { debounceMs: number; pollMs: number }): Watched {
  let count = 0;
  const watch = watchInputs(inputs, { ...options, onChange: () => count++ });
  onTestFinished(() => watch.close());
  return {
    watch,
    count: () => count,
    changed: async (times) => {
      await vi.waitUntil(() => count >= times, WAITING);
    },
  };
}

/** A watched configuration that follows its changes, as a server does. Nothing is left to look at when it is returned. */
async function follow(
  file: string,
  options: { debounceMs: number; pollMs: number } = BY_EVENTS,
): Promise<{ readonly until: (is: (loaded: LoadedConfig) => boolean) => Promise<void> }> {
  let latest = await loadConfig(file, {});
  async function reload(): Promise<void> {
    try {
      latest = await loadConfig(file, {});
      watch.update(latest.inputs);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      watch.update(error.inputs);
    }
  }
  const watch = watchInputs(latest.inputs, {
    ...options,
    onChange: () => void reload(),
  });
  onTestFinished(() => watch.close());
  await watch.check();
  return {
    until: async (is) => {
      await vi.waitUntil(() => is(latest), WAITING);
      // What comes next has to be seen by itself, not by the look that follows a reload.
      await watch.check();
    },
  };
}

const listensAt =
  (port: number) =>
  (loaded: LoadedConfig): boolean =>
    loaded.config.server.listen === `127.0.0.1:${port}`;

function textFor(port: number): string {
  return `sources: {}\nserver: { listen: "127.0.0.1:${port}" }\n`;
}

const WAYS: readonly [how: string, change: (file: string, text: string) => Promise<void>][] = [
  ['written in place', (file, text) => writeFile(file, text)],
  [
    'replaced by a rename, as editors do',
    async (file, text) => {
      await writeFile(`${file}.tmp`, text);
      await rename(`${file}.tmp`, file);
    },
  ],
  [
    'moved away and written anew, as other editors do',
    async (file, text) => {
      await rename(file, `${file}~`);
      await writeFile(file, text);
    },
  ],
  [
    'deleted and made again',
    async (file, text) => {
      await rm(file);
      await writeFile(file, text);
    },
  ],
];

test.each(
  WAYS.flatMap(([how, change]) => [
    { how, by: 'events', options: BY_EVENTS, change },
    { how, by: 'polling', options: BY_POLLING, change },
  ]),
)('a file that is $how is seen by $by, again and again', async ({ change, options }) => {
  const folder = await makeFolder({ 'bailiwick.yaml': textFor(1000) });
  const file = path.join(folder, 'bailiwick.yaml');
  const watched = await follow(file, options);
  for (const port of [1001, 1002, 1003]) {
    await change(file, textFor(port));
    await watched.until(listensAt(port));
  }
});

test.each([
  ['events', BY_EVENTS],
  ['polling', BY_POLLING],
])('the swapped ..data link of a mounted ConfigMap is seen by %s', async (_by, options) => {
  const folder = await makeFolder({
    '..one/bailiwick.yaml': textFor(1001),
    '..one/a.policy.yaml': 'policy: one\n',
  });
  await symlink('..one', path.join(folder, '..data'));
  await symlink('..data/bailiwick.yaml', path.join(folder, 'bailiwick.yaml'));
  await mkdir(path.join(folder, 'policies'));
  await symlink('../..data/a.policy.yaml', path.join(folder, 'policies/a.policy.yaml'));
  const watched = await follow(path.join(folder, 'bailiwick.yaml'), options);
  for (const [name, port] of [
    ['..two', 1002],
    ['..three', 1003],
  ] as const) {
    await mkdir(path.join(folder, name));
    await writeFile(path.join(folder, name, 'bailiwick.yaml'), textFor(port));
    await writeFile(path.join(folder, name, 'a.policy.yaml'), `policy: ${name}\n`);
    await symlink(name, path.join(folder, '..data_tmp'));
    await rename(path.join(folder, '..data_tmp'), path.join(folder, '..data'));
    await watched.until(
      (loaded) => listensAt(port)(loaded) && loaded.policyFiles[0]?.text === `policy: ${name}\n`,
    );
  }
});

test('a folder that is itself replaced is followed to its successor', async () => {
  const folder = await makeFolder({
    'conf/bailiwick.yaml': textFor(1000),
    'next/bailiwick.yaml': textFor(1001),
  });
  const file = path.join(folder, 'conf/bailiwick.yaml');
  const watched = await follow(file);
  await rename(path.join(folder, 'conf'), path.join(folder, 'old'));
  await rename(path.join(folder, 'next'), path.join(folder, 'conf'));
  await watched.until(listensAt(1001));
  await writeFile(file, textFor(1002));
  await watched.until(listensAt(1002));
});

/** The names of the policy files that were loaded. */
function names(loaded: LoadedConfig): string {
  return loaded.policyFiles.map(({ file }) => path.basename(file)).join(' ');
}

test.each([
  ['events', BY_EVENTS],
  ['polling', BY_POLLING],
])(
  'policy files that come and go are seen by %s, as is a policy folder that comes later',
  async (_by, options) => {
    const folder = await makeFolder({ 'bailiwick.yaml': 'sources: {}\n' });
    const watched = await follow(path.join(folder, 'bailiwick.yaml'), options);
    await mkdir(path.join(folder, 'policies'));
    await writeFile(path.join(folder, 'policies/b.policy.yaml'), 'b');
    await watched.until((loaded) => names(loaded) === 'b.policy.yaml');
    await writeFile(path.join(folder, 'policies/a.policy.yaml'), 'a');
    await watched.until((loaded) => names(loaded) === 'a.policy.yaml b.policy.yaml');
    await appendFile(path.join(folder, 'policies/a.policy.yaml'), 'a');
    await watched.until((loaded) => loaded.policyFiles[0]?.text === 'aa');
    await rm(path.join(folder, 'policies/b.policy.yaml'));
    await watched.until((loaded) => names(loaded) === 'a.policy.yaml');
    await rm(path.join(folder, 'policies'), { recursive: true });
    await watched.until((loaded) => names(loaded) === '');
  },
);

test('inputs that a reload brings are watched, and so is what a failed reload lacks', async () => {
  const folder = await makeFolder({ 'bailiwick.yaml': 'sources: {}\n' });
  const watched = await follow(path.join(folder, 'bailiwick.yaml'));
  await writeFile(path.join(folder, 'bailiwick.yaml'), 'sources: { api: { openapi: specs/api.yaml } }\n');
  await mkdir(path.join(folder, 'specs'));
  await writeFile(path.join(folder, 'specs/api.yaml'), 'openapi: 3.0.0\n');
  await watched.until((loaded) => loaded.documents.get('api')?.text === 'openapi: 3.0.0\n');
  await writeFile(path.join(folder, 'specs/api.yaml'), 'openapi: 3.1.0\n');
  await watched.until((loaded) => loaded.documents.get('api')?.text === 'openapi: 3.1.0\n');
});

test('a change between reading and watching is not lost', async () => {
  const folder = await makeFolder({ 'bailiwick.yaml': textFor(1000) });
  const file = path.join(folder, 'bailiwick.yaml');
  const { inputs } = await loadConfig(file, {});
  await writeFile(file, textFor(1001));
  const { changed, watch } = startWatch(inputs, BY_EVENTS);
  await changed(1);
  // The same between a reload and its update.
  watch.update(inputs);
  await changed(2);
});

test('a file that is touched, or rewritten with the same content, is no change', async () => {
  const folder = await makeFolder({ 'bailiwick.yaml': textFor(1000), 'notes.txt': 'a' });
  const file = path.join(folder, 'bailiwick.yaml');
  const { inputs } = await loadConfig(file, {});
  const { changed, count } = startWatch(inputs, { debounceMs: 1, pollMs: 5 });
  // Another watch of the same kind says when such a change would have been seen.
  const notes = path.join(folder, 'notes.txt');
  const other = startWatch([{ kind: 'file', path: notes, digest: digestOfBytes('a') }], {
    debounceMs: 1,
    pollMs: 5,
  });
  for (const round of [1, 2, 3]) {
    await utimes(file, new Date(0), new Date(round));
    await writeFile(`${file}.tmp`, textFor(1000));
    await rename(`${file}.tmp`, file);
    await writeFile(notes, `b${round}`);
    await other.changed(round);
  }
  expect(count()).toBe(0);
  // The watch is awake all the same.
  await writeFile(file, textFor(1001));
  await changed(1);
});

test('a closed watch is silent', async () => {
  const folder = await makeFolder({ 'bailiwick.yaml': textFor(1000) });
  const file = path.join(folder, 'bailiwick.yaml');
  const { inputs } = await loadConfig(file, {});
  const closed = startWatch(inputs, { debounceMs: 1, pollMs: 5 });
  const open = startWatch(inputs, { debounceMs: 1, pollMs: 5 });
  closed.watch.close();
  await writeFile(file, textFor(1001));
  await open.changed(1);
  expect(closed.count()).toBe(0);
});

test('a file that cannot be used is no reason to load it over and over', async () => {
  const folder = await makeFolder({ 'bailiwick.yaml': `sources: {}\n#${'x'.repeat(1_100_000)}` });
  const file = path.join(folder, 'bailiwick.yaml');
  const error = await loadConfig(file, {}).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConfigurationError)) throw new Error('the file was accepted');
  const { changed, count } = startWatch(error.inputs, { debounceMs: 1, pollMs: 5 });
  const notes = path.join(folder, 'notes.txt');
  const other = startWatch([{ kind: 'file', path: notes, digest: 'absent' }], { debounceMs: 1, pollMs: 5 });
  for (const round of [1, 2, 3]) {
    await writeFile(notes, `b${round}`);
    await other.changed(round);
  }
  expect(count()).toBe(0);
  await writeFile(file, textFor(1001));
  await changed(1);
});
