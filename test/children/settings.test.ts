import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadText } from '../config/folder.ts';
import { IsolationSettings, ProfilesSettings } from '../../src/upstream/mcp/isolation/settings.ts';
import { LimitsSettings, toBytes } from '../../src/upstream/mcp/isolation/limits-settings.ts';
import { resolveIsolation } from '../../src/upstream/mcp/isolation/resolve.ts';
import { ToolsSourceSettings } from '../../src/upstream/local-tools/settings.ts';

const DIGEST = `node@sha256:${'0'.repeat(64)}`;

describe('what isolation may say', () => {
  test.each([
    ['a word', 'process'],
    ['none', 'none'],
    ['a profile', { profile: 'closed' }],
    ['folders', { level: 'process', folders: ['./a', { path: './b', write: true, at: '/b' }] }],
    ['a container by digest', { level: 'container', image: DIGEST }],
    ['a container by tag, if that is allowed', { level: 'container', image: 'node:26', allowTag: true }],
  ])('%s', (_, settings) => {
    expect(IsolationSettings.safeParse(settings).success).toBe(true);
  });

  test.each([
    ['a container by tag', { level: 'container', image: 'node:26' }, 'must name a digest'],
    ['a container without an image', { level: 'container' }, 'is needed for a container'],
    ['an image that is an option', { level: 'container', image: '--privileged', allowTag: true }, 'image'],
    ['an image of a sandbox', { level: 'process', image: DIGEST }, 'is for `level: container` only'],
    ['options of a runtime where there is none', { level: 'process', runOptions: ['-v'] }, 'container'],
    ['processors of a sandbox', { level: 'process', limits: { cpus: 1 } }, '`cpus`'],
    [
      'processor time of a container',
      { level: 'container', image: DIGEST, limits: { cpuSeconds: 1 } },
      'cpuSeconds',
    ],
    ['folders of nobody', { level: 'none', folders: ['./a'] }, 'says nothing'],
    ['a folder with a comma', { level: 'process', folders: ['./a,readonly=false'] }, 'comma'],
    [
      'a way out of the mount',
      { level: 'process', folders: [{ path: './a', at: '/b/../etc' }] },
      'absolute path',
    ],
    ['a relative place', { level: 'process', folders: [{ path: './a', at: 'b' }] }, 'absolute path'],
  ])('but not %s', (_, settings, words) => {
    const result = IsolationSettings.safeParse(settings);
    expect(result.success).toBe(false);
    expect(JSON.stringify(result.error)).toContain(words);
  });
});

test('whatever settings say, what is let through is whole and nothing in it is an option by accident', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('./a', '/a', DIGEST, '--privileged', 'a,b', '../..', '512MiB'),
  );
  const anything = fc.record(
    {
      level: fc.oneof(fc.constantFrom('none', 'process', 'container'), text),
      network: fc.oneof(fc.boolean(), text),
      folders: fc.array(
        fc.oneof(text, fc.record({ path: text, at: text, write: fc.boolean() }, { requiredKeys: ['path'] })),
      ),
      image: text,
      allowTag: fc.boolean(),
      limits: fc.record(
        { memory: text, processes: fc.double(), openFiles: fc.integer() },
        { requiredKeys: [] },
      ),
      runtimeOptions: fc.array(text),
    },
    { requiredKeys: ['level'] },
  );
  fc.assert(
    fc.property(anything, (settings) => {
      const parsed = IsolationSettings.safeParse(settings);
      if (!parsed.success) return;
      const resolved = resolveIsolation({
        isolation: parsed.data,
        limits: undefined,
        profiles: {},
        hidden: [],
      });
      if (resolved.level === 'none') return;
      for (const { path, at } of resolved.folders) expect(`${path}${at}`).not.toMatch(/[,:"\0]/);
      if (resolved.level === 'container') expect(resolved.image).toMatch(/^[a-z0-9]\S*$/i);
      for (const limit of Object.values(resolved.limits)) expect(limit).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.anything(), (value) => {
      for (const schema of [IsolationSettings, ProfilesSettings, LimitsSettings, ToolsSourceSettings])
        schema.safeParse(value);
    }),
  );
});

test.each([
  ['1KiB', 1024],
  ['512MiB', 536_870_912],
  ['2GiB', 2_147_483_648],
])('%s are %i bytes', (size, bytes) => {
  expect(toBytes(size)).toBe(bytes);
});

test.each(['0MiB', '-1MiB', '512', '512MB', '1.5GiB', ' 1GiB', '1GiB\n', '99999999GiB'])(
  '%j is no size',
  (memory) => {
    expect(LimitsSettings.safeParse({ memory }).success).toBe(false);
  },
);

test.each(['./a/*/b.ts', './**/*.ts', './a?.ts', './{a,b}.ts', './a.txt', ''])(
  '%j names no tools',
  (tools) => {
    expect(ToolsSourceSettings.safeParse({ tools }).success).toBe(false);
  },
);

test('a profile that is not there is refused with its place and the one that was meant', async () => {
  const text =
    'profiles: { offline: { level: process } }\nsources:\n  a: { mcp: { command: [x], isolation: { profile: ofline } } }\n';
  await expect(loadText(text)).rejects.toThrow(
    /3:\d+ .*names no profile of `profiles`; did you mean `offline`\?/,
  );
});

test('limits of a source stand before those of its profile, each by itself', () => {
  const profiles = ProfilesSettings.parse({
    a: { level: 'process', limits: { memory: '1GiB', openFiles: 64 } },
  });
  const resolved = resolveIsolation({
    isolation: { profile: 'a' },
    limits: { memory: '2GiB' },
    profiles,
    hidden: [],
  });
  expect(resolved.limits).toEqual({ memory: 2 ** 31, openFiles: 64 });
});
