import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { openSealer } from '../../src/state/encryption-keys.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import { createSealer } from '../../src/state/sealed.ts';
import { createSealedValues } from '../../src/state/sealed-values.ts';
import { HOUR, NOW } from './contract/support.ts';
import { createStateFile, SILENT } from './sqlite/support.ts';

const OLD = 'an old secret, of at least 32 characters';
const NEW = 'a new secret, of at least 32 characters!';
const TOKEN = { access: 'eyJhbGciOi', refresh: 'v1.MRrtOp', scopes: ['read'] };

const unavailable = { name: 'BailiwickError', code: 'STATE_UNAVAILABLE' };

function caught(work: () => unknown): unknown {
  try {
    return { value: work() };
  } catch (error) {
    return error;
  }
}

test('what was sealed opens under its key, with any value and any storage key', () => {
  const sealer = createSealer([NEW]);
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ minLength: 1 }), fc.option(fc.nat()), (drawn, key, expiresAt) => {
      const value = JSON.parse(JSON.stringify(drawn)) as Json;
      const sealed = JSON.parse(JSON.stringify(sealer.seal(key, value, expiresAt ?? undefined))) as Json;
      expect(sealer.open(key, sealed)).toEqual({
        value,
        isOld: false,
        ...(expiresAt === null ? {} : { expiresAt }),
      });
    }),
  );
});

test('what is stored shows nothing of the value, and twice the same value looks different', () => {
  const sealer = createSealer([NEW]);
  const [first, second] = [sealer.seal('token/1', TOKEN), sealer.seal('token/1', TOKEN)];
  expect(JSON.stringify(first)).not.toContain('eyJ');
  expect(Buffer.from(first.text, 'base64url').toString('latin1')).not.toContain('eyJ');
  expect(first.nonce).not.toBe(second.nonce);
  expect(first.text).not.toBe(second.text);
});

test('the first secret seals, all open', () => {
  const sealed = createSealer([OLD]).seal('token/1', TOKEN);
  expect(createSealer([NEW, OLD]).open('token/1', sealed)).toEqual({ value: TOKEN, isOld: true });
  expect(createSealer([OLD, NEW]).open('token/1', sealed)).toEqual({ value: TOKEN, isOld: false });
  expect(createSealer([OLD]).open('token/1', createSealer([OLD, NEW]).seal('token/1', 1)).value).toBe(1);
  const error = caught(() => createSealer([NEW]).open('token/1', sealed));
  expect(error).toMatchObject({ ...unavailable, message: expect.stringContaining('not configured') });
});

test('a sealed value that was moved to another key, or given another expiry, stays closed', () => {
  const sealer = createSealer([NEW]);
  const sealed = sealer.seal('token/1', TOKEN, NOW);
  const { expiresAt: _, ...forever } = sealed;
  for (const open of [
    () => sealer.open('token/2', sealed),
    () => sealer.open('token/1', { ...sealed, expiresAt: NOW + 1 }),
    () => sealer.open('token/1', forever),
  ]) {
    const error = caught(open);
    expect(error).toMatchObject(unavailable);
    expect((error as Error).message).not.toContain('eyJ');
  }
});

test('whatever is changed, cut or added, a sealed value opens to what was sealed or not at all', () => {
  const sealer = createSealer([NEW, OLD]);
  const member = fc.constantFrom('sealed', 'key', 'nonce', 'text', 'expiresAt');
  const change = fc.oneof(
    fc.record({ member, kind: fc.constant('set' as const), value: fc.jsonValue() }),
    fc.record({ member, kind: fc.constant('cut' as const), value: fc.nat(40) }),
    fc.record({ member, kind: fc.constant('flip' as const), value: fc.nat(400) }),
    fc.record({ member, kind: fc.constant('drop' as const), value: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const sealed: JsonObject = { ...sealer.seal('token/1', TOKEN, NOW) };
      for (const { member: name, kind, value } of changes) {
        const before = sealed[name];
        if (kind === 'drop') delete sealed[name];
        else if (kind === 'set') sealed[name] = value as Json;
        else if (typeof before !== 'string' || before === '') continue;
        else if (kind === 'cut') sealed[name] = before.slice(0, value);
        else {
          const at = value % before.length;
          sealed[name] = `${before.slice(0, at)}${before[at] === 'A' ? 'B' : 'A'}${before.slice(at + 1)}`;
        }
      }
      const outcome = caught(() => sealer.open('token/1', sealed).value);
      if (outcome instanceof Error) expect(outcome).toMatchObject(unavailable);
      else expect(outcome).toEqual({ value: TOKEN });
    }),
    { numRuns: 500 },
  );
  for (const foreign of [null, 1, 'text', [], {}, { sealed: 2 }, TOKEN] as Json[])
    expect(caught(() => sealer.open('token/1', foreign))).toMatchObject(unavailable);
});

test('values are sealed on their way into the store, and opened on their way out', async () => {
  const store = openMemory({ logger: SILENT });
  const values = createSealedValues(store, createSealer([NEW]));
  expect(await values.put('token/1', TOKEN, { now: NOW, expiresAt: NOW + HOUR, ifVersion: 0 })).toBe(true);
  expect(JSON.stringify(await store.get('token/1', NOW))).not.toContain('eyJ');
  expect(await values.get('token/1', NOW)).toEqual({ value: TOKEN, version: 1 });
  expect(await values.get('token/1', NOW + HOUR)).toBeUndefined();
  expect(await values.take('token/1', NOW)).toEqual(TOKEN);
  expect(await values.take('token/1', NOW)).toBeUndefined();
});

test('after a rotation everything is sealed with the new secret, and expires when it would have', async () => {
  const store = openMemory({ logger: SILENT });
  const before = createSealedValues(store, createSealer([OLD]));
  for (let index = 0; index < 700; index += 1)
    await before.put(`token/${index}`, { ...TOKEN, index }, { now: NOW, expiresAt: NOW + HOUR + index });
  await before.put('other/1', TOKEN, { now: NOW });
  const during = createSealedValues(store, createSealer([NEW, OLD]));
  await during.put('token/0', 'newer', { now: NOW });
  expect(await during.reseal('token/', NOW)).toBe(699);
  expect(await during.reseal('token/', NOW)).toBe(0);
  const after = createSealedValues(store, createSealer([NEW]));
  expect((await after.get('token/0', NOW + 9 * HOUR))?.value).toBe('newer');
  expect((await after.get('token/300', NOW + HOUR + 299))?.value).toEqual({ ...TOKEN, index: 300 });
  expect(await after.get('token/300', NOW + HOUR + 300)).toBeUndefined();
  await expect(after.get('other/1', NOW)).rejects.toMatchObject(unavailable);
});

test('a value that another process puts while values are sealed anew is not lost', async () => {
  const store = openMemory({ logger: SILENT });
  const old = createSealer([OLD]);
  await createSealedValues(store, old).put('token/1', 'first', { now: NOW });
  let raced = false;
  const racing = createSealedValues(
    {
      ...store,
      async put(key, value, options) {
        if (!raced) {
          raced = true;
          await store.put('token/1', old.seal('token/1', 'second'), { now: NOW });
        }
        return store.put(key, value, options);
      },
    },
    createSealer([NEW, OLD]),
  );
  expect(await racing.reseal('token/', NOW)).toBe(1);
  expect((await createSealedValues(store, createSealer([NEW])).get('token/1', NOW))?.value).toBe('second');
});

test('a state file without a configured secret has a key beside it, made once, for its owner only', async () => {
  const home = await createStateFile();
  const settings = { sqlite: home.file, localShare: 0.1 };
  const sealers = await Promise.all([openSealer(settings), openSealer(settings), openSealer(settings)]);
  const sealed = sealers[0].seal('token/1', TOKEN);
  for (const sealer of [...sealers, await openSealer(settings)])
    expect(sealer.open('token/1', sealed).value).toEqual(TOKEN);
  expect(await readdir(`${home.folder}/state`)).toEqual(['state.db.key']);
  expect((await stat(`${home.file}.key`)).mode & 0o777).toBe(0o600);
  const key = (await readFile(`${home.file}.key`, 'utf8')).trim();
  for (const text of ['', key.slice(0, 20), '\u0000\u0001']) {
    await writeFile(`${home.file}.key`, text);
    await expect(openSealer(settings)).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining(`${home.file}.key`),
    });
    expect(await readFile(`${home.file}.key`, 'utf8')).toBe(text);
  }
  await home.remove();
});

test('configured secrets are used wherever the state is, and Redis has none of its own', async () => {
  const encryptionKeys = [NEW, OLD];
  const sealed = createSealer([OLD]).seal('token/1', TOKEN);
  const settings = { memory: true as const, localShare: 0.1 };
  expect((await openSealer({ ...settings, encryptionKeys })).open('token/1', sealed).value).toEqual(TOKEN);
  const own = await openSealer(settings);
  expect(own.open('token/1', own.seal('token/1', TOKEN)).value).toEqual(TOKEN);
  const redis = { url: 'redis://127.0.0.1:6379', prefix: 'bailiwick', timeoutMs: 1000 };
  await expect(openSealer({ redis, localShare: 0.1 })).rejects.toMatchObject({
    code: 'CONFIGURATION',
    message: expect.stringContaining('state.encryptionKeys'),
  });
});
