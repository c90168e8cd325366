import { mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { configuredIdOf, keysOf } from '../../src/search/embeddings/space.ts';
import { decodeVectors, encodeVectors } from '../../src/search/embeddings/vector-file.ts';
import { asOpenAi, textsIn, type StubEndpoint } from './stub-endpoint.ts';
import { catalogOf, embedAll, endAll, folderOf, MEANING, OFFICE, openSearch, stubOf } from './support.ts';

afterEach(endAll);

/** Texts of entries that were sent to be embedded. */
function entriesSent(stub: StubEndpoint): string[] {
  return stub.asked.flatMap(({ body }) => textsIn(body)).filter((text) => text.includes('(office)'));
}

/** An endpoint, and settings under which all entries were embedded once. */
async function embeddedOnce(answer = asOpenAi({ meaning: MEANING })) {
  const stub = await stubOf(answer);
  const cache = await folderOf();
  const settings = { provider: 'openai', url: stub.url, model: 'm', cache };
  const first = openSearch(settings);
  await embedAll(first);
  await first.close();
  expect(entriesSent(stub)).toHaveLength(4);
  stub.asked.length = 0;
  const [name = ''] = await readdir(cache);
  return { stub, settings, cache, file: path.join(cache, name) };
}

/** Asks a process that starts anew, when it has read what was kept. */
async function askAnew(settings: object, options: { embedsEntries?: boolean } = {}): Promise<string[]> {
  const opened = openSearch(settings, options);
  opened.search.follow(catalogOf(OFFICE));
  await expect.poll(() => opened.ask('zap scroll')).toEqual(['delete_file']);
  await opened.close();
  return opened.logged;
}

describe('a restart', () => {
  it('embeds nothing again', async () => {
    const { stub, settings, file } = await embeddedOnce();
    const before = await stat(file);
    expect(before.mode & 0o777).toBe(0o600);
    expect(await askAnew(settings)).toEqual([]);
    expect(entriesSent(stub)).toEqual([]);
    expect((await stat(file)).mtimeMs).toBe(before.mtimeMs);
  });

  it('of a command uses what is kept, and embeds and keeps nothing', async () => {
    const { stub, settings, cache } = await embeddedOnce();
    await askAnew(settings, { embedsEntries: false });
    expect(entriesSent(stub)).toEqual([]);
    await rm(cache, { recursive: true });
    const opened = openSearch(settings, { embedsEntries: false });
    opened.search.follow(catalogOf(OFFICE));
    expect(await opened.ask('zap scroll')).toEqual([]);
    await opened.close();
    expect(entriesSent(stub)).toEqual([]);
    await expect(stat(cache)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['another model', { model: 'other' }],
    ['another number of dimensions', { dimensions: 64 }],
    ['another prefix', { textPrefix: 'passage: ' }],
  ])('with %s embeds all anew, and with the one before nothing', async (_, changed) => {
    const { stub, settings } = await embeddedOnce();
    await askAnew({ ...settings, ...changed });
    expect(entriesSent(stub)).toHaveLength(4);
    stub.asked.length = 0;
    await askAnew(settings);
    expect(entriesSent(stub)).toEqual([]);
  });

  it('embeds all anew where another model answers to the same name', async () => {
    const { stub, settings } = await embeddedOnce();
    stub.answer = asOpenAi({ model: 'successor', meaning: MEANING });
    const logged = await askAnew(settings);
    expect(logged[0]).toMatch(/^the model is successor of 64 dimensions now, and was stand-in/);
    expect(entriesSent(stub)).toHaveLength(4);
  });

  it('reads no file that is not whole, and writes it anew', async () => {
    const { stub, settings, file } = await embeddedOnce();
    const whole = await readFile(file);
    const flipped = Buffer.from(whole);
    flipped.writeUInt8((whole[200] ?? 0) ^ 1, 200);
    for (const broken of [flipped, whole.subarray(0, -1), whole.subarray(0, 10), Buffer.alloc(0)]) {
      await writeFile(file, broken);
      await askAnew(settings);
      expect(entriesSent(stub)).toHaveLength(4);
      expect((await readFile(file)).equals(whole)).toBe(true);
      stub.asked.length = 0;
    }
  });

  it('follows no link to a file, and goes on where nothing can be kept', async () => {
    const { stub, settings, file } = await embeddedOnce();
    const elsewhere = path.join(await folderOf(), 'elsewhere');
    await writeFile(elsewhere, await readFile(file));
    await rm(file);
    await symlink(elsewhere, file);
    await askAnew(settings);
    expect(entriesSent(stub)).toHaveLength(4);
    expect((await stat(elsewhere)).size).toBeGreaterThan(0);
    await rm(file);
    await mkdir(file);
    const logged = await askAnew(settings);
    expect(logged.some((line) => line.startsWith('vectors cannot be kept in '))).toBe(true);
  });

  it('keeps the files of the last settings, and none of those long before', async () => {
    const { settings, cache, file } = await embeddedOnce();
    const old = ['a', 'b', 'c', 'd'].map((letter) => path.join(cache, `${letter.repeat(64)}.vectors`));
    const others = [path.join(cache, 'notes.txt'), `${old[0]}.x.tmp`];
    for (const [index, name] of [...old, ...others].entries()) {
      await writeFile(name, 'x');
      await utimes(name, 1_000 + index, 1_000 + index);
    }
    await rm(file);
    await askAnew(settings);
    const left = (await readdir(cache)).toSorted();
    expect(left).toEqual([file, old[2]!, old[3]!, others[0]!].map((name) => path.basename(name)).toSorted());
  });
});

describe('a file of vectors', () => {
  const file = fc
    .record({
      reported: fc.option(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }), { nil: undefined }),
      dimensions: fc.integer({ min: 1, max: 9 }),
      keys: fc.uniqueArray(fc.uint8Array({ minLength: 32, maxLength: 32 }), {
        maxLength: 6,
        selector: (key) => key.join(' '),
      }),
    })
    .map(({ reported, dimensions, keys }) => ({
      reported,
      dimensions,
      vectors: new Map(
        keys.map((key) => [Buffer.from(key).toString('hex'), new Float32Array(dimensions).fill(key[0] ?? 0)]),
      ),
    }));

  it('says again what it was told, wherever in memory it lies', async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.integer({ min: 0, max: 5 }), async (written, shift) => {
        const parts = Buffer.concat([new Uint8Array(shift), ...encodeVectors(written)]);
        const bytes = Uint8Array.from(parts).subarray(shift);
        expect(await decodeVectors(bytes)).toEqual(written);
      }),
    );
  });

  it('that was changed in any place, or is any bytes, says nothing', async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.nat(), fc.integer({ min: 1, max: 255 }), async (written, at, change) => {
        const bytes = Buffer.concat(encodeVectors(written));
        const place = at % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(place) ^ change, place);
        expect(await decodeVectors(bytes)).toBeUndefined();
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(await decodeVectors(bytes)).toBeUndefined();
        const begun = Buffer.concat([Buffer.from('BWKVEC01'), bytes]);
        expect(await decodeVectors(begun)).toBeUndefined();
      }),
    );
  });
});

it('a text has another name under each provider, endpoint, model and number of dimensions', () => {
  const space = { provider: 'openai', endpoint: 'http://a', model: 'm', reported: 'm', dimensions: 3 };
  const names = [
    keysOf(space)('text'),
    keysOf({ ...space, provider: 'ollama' })('text'),
    keysOf({ ...space, endpoint: 'http://b' })('text'),
    keysOf({ ...space, model: 'mm' })('text'),
    keysOf({ ...space, model: 'mm', reported: '' })('text'),
    keysOf({ ...space, reported: 'm1' })('text'),
    keysOf({ ...space, dimensions: 31 })('text'),
    keysOf({ ...space, dimensions: 3 })('1:text'),
    keysOf({ ...space, reported: undefined })('text'),
    configuredIdOf(space),
    configuredIdOf({ ...space, dimensions: undefined }),
  ];
  expect(new Set(names).size).toBe(names.length);
});
