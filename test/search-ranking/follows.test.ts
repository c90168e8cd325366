import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Contribution } from '../../src/catalog/entries.ts';
import type { Json } from '../../src/catalog/json.ts';
import { toDocuments, type SearchDocument } from '../../src/search/document.ts';
import { parameterWords } from '../../src/search/parameter-words.ts';
import { createSearchIndex, type SearchIndex } from '../../src/search/search-index.ts';
import { startCpuTime } from '../support/cpu-time.ts';
import { document, order, sightOf } from './documents.ts';

const RUNS = { numRuns: 60 };
const word = fc.constantFrom(
  'list',
  'pods',
  'pull',
  'request',
  'images',
  'users',
  'mail',
  '火车',
  'x',
  'XMLFile',
);
const words = (maxLength: number) => fc.array(word, { maxLength }).map((some) => some.join(' '));
const randomDocument = fc.record({
  name: words(3),
  description: words(8),
  hints: fc.array(words(3), { maxLength: 2 }),
});
const SOURCES = ['a', 'b', 'c'] as const;
/** What sources offered, one after the other; null: gone. */
const changes = fc.array(
  fc.tuple(fc.constantFrom(...SOURCES), fc.option(fc.array(randomDocument, { maxLength: 5 }), { freq: 4 })),
  { maxLength: 8 },
);

describe('the index follows its sources', () => {
  test('after any changes it answers as one that is made of what is there, in any order, to the last bit', () => {
    fc.assert(
      fc.property(changes, words(5), (all, question) => {
        const index = createSearchIndex();
        const there = new Map<string, SearchDocument[]>();
        for (const [source, offered] of all) {
          const documents = offered?.map((some, at) => document(`${source}${at}`, { ...some, source }));
          index.replace(source, documents);
          if (documents) there.set(source, documents);
          else there.delete(source);
        }
        for (const sources of [[...there], [...there].toReversed()]) {
          const fresh = createSearchIndex();
          for (const [source, documents] of sources) fresh.replace(source, documents);
          expect(fresh.size).toBe(index.size);
          expect(answer(fresh, question, there)).toBe(answer(index, question, there));
        }
      }),
      RUNS,
    );
  });

  test('what is gone is not found, also by who saw it before', () => {
    const documents = [document('1', { name: 'send_mail' })];
    const sight = sightOf(documents);
    const index = createSearchIndex();
    index.replace('any', documents);
    expect(index.rank({ text: 'mail', among: sight, limit: 5 })).toHaveLength(1);
    index.replace('any', undefined);
    expect(index.rank({ text: 'mail', among: sight, limit: 5 })).toEqual([]);
    expect(index.size).toBe(0);
  });

  test('a key that comes twice is one entry', () => {
    const twice = [document('1', { name: 'send_mail' }), document('1', { name: 'read_mail' })];
    expect(order('mail', twice)).toEqual(['1']);
  });
});

describe('whatever texts say', () => {
  test('any question to any documents is answered, best first, each entry once', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    const documents = fc.array(fc.record({ name: text, description: text, path: text, method: text }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(documents, text, (some, question) => {
        const all = some.map((one, at) =>
          document(`${at}`, { ...one, hints: [one.name], parameterNames: [one.path] }),
        );
        const index = createSearchIndex();
        index.replace('any', all);
        const hits = index.rank({ text: question, among: sightOf(all), limit: 3 });
        expect(hits.length).toBeLessThanOrEqual(3);
        expect(new Set(hits.map(({ entry }) => entry.key)).size).toBe(hits.length);
        const scores = hits.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        expect(scores.every((score) => Number.isFinite(score) && score > 0)).toBe(true);
      }),
      RUNS,
    );
  });

  test('names of the language itself are words like others', () => {
    expect(order('constructor prototype', [document('1', { name: '__proto__ constructor' })])).toEqual(['1']);
  });

  test('a question of a million characters costs no more than its first four thousand', () => {
    const documents = Array.from({ length: 50 }, (_, at) =>
      document(`${at}`, { name: `tool_${at}`, description: `does ${at} things to words` }),
    );
    const index = createSearchIndex();
    index.replace('any', documents);
    const sight = sightOf(documents);
    for (const long of [
      'tool words. '.repeat(90_000),
      'a'.repeat(1_000_000),
      'A1'.repeat(500_000),
      '火'.repeat(1e6),
    ]) {
      const ask = (text: string) => index.rank({ text, among: sight, limit: 50 });
      const time = startCpuTime();
      const hits = ask(long);
      expect(time()).toBeLessThan(500);
      expect(hits).toEqual(ask(long.slice(0, 4_000)));
    }
  });

  test('words without end, each asked for once, are not remembered', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const index = createSearchIndex();
    index.replace('any', [document('1', { name: 'a' })]);
    const heldAfter = (questions: number): number => {
      for (let at = 0; at < questions; at += 1) {
        index.rank({ text: `${'a'.repeat(3_000 + at)}b`, among: sightOf([]), limit: 5 });
      }
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = heldAfter(1);
    expect(heldAfter(400) - before).toBeLessThan(600_000);
  });

  test('of a text of any length its first four thousand characters are read', () => {
    const long = document('1', { name: 'a', description: `${'filler '.repeat(600)} needle` });
    expect(order('needle', [long])).toEqual([]);
    expect(order('filler', [long])).toEqual(['1']);
  });
});

describe('documents of a source', () => {
  test('say what its tools, resources, templates and prompts say, under keys that tell them apart', () => {
    const schema: Json = {
      type: 'object',
      properties: {
        filter: {
          type: 'object',
          description: 'What to leave out',
          properties: {
            state: { enum: ['open', 'closed', 3] },
            deep: { properties: { deeper: { properties: { deepest: {} } } } },
          },
        },
        labels: { type: 'array', items: { anyOf: [{ $ref: '#/$defs/Label' }] } },
      },
      $defs: { Label: { properties: { colour: {} } } },
    };
    const contribution = {
      source: 'desk',
      tools: [
        {
          source: 'desk',
          name: 'list_tickets',
          description: 'Deprecated. Lists tickets',
          inputSchema: schema,
          validationSchema: schema,
          annotations: { title: 'All tickets' },
          attributes: { tags: ['support'], method: 'GET', path: '/tickets' },
          hints: ['queue'],
        },
      ],
      resources: [{ source: 'desk', uri: 'desk://a', definition: { name: 'A', description: 'First' } }],
      templates: [{ source: 'desk', uriTemplate: 'desk://{b}', definition: { title: 'B', description: 7 } }],
      prompts: [
        {
          source: 'desk',
          name: 'p',
          upstreamName: 'p',
          definition: { arguments: [{ name: 'tone', description: 'How to say it' }, 'odd'] },
        },
      ],
      skipped: [],
      lossy: [],
      operations: 1,
    } as unknown as Contribution;
    const documents = toDocuments(contribution);
    expect(documents.map(({ key }) => key)).toEqual([
      'tool desk/list_tickets',
      'resource desk/desk://a',
      'template desk/desk://{b}',
      'prompt desk/p',
    ]);
    expect(documents[0]).toMatchObject({
      title: 'All tickets',
      parameterNames: ['filter', 'state', 'deep', 'deeper', 'labels', 'colour'],
      parameterTexts: ['What to leave out', 'open', 'closed'],
      groups: ['support'],
      isDeprecated: true,
      hints: ['queue'],
    });
    expect(documents[1]).toMatchObject({ name: 'A', description: 'First', path: 'desk://a' });
    expect(documents[2]).toMatchObject({ name: 'desk://{b}', title: 'B', description: '' });
    expect(documents[3]).toMatchObject({
      name: 'p',
      parameterNames: ['tone'],
      parameterTexts: ['How to say it'],
    });
  });

  test('any JSON may stand where a schema should', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { names, texts } = parameterWords(value as Json);
        expect(names.length).toBeLessThanOrEqual(200);
        expect(texts.every((text) => text.length <= 200)).toBe(true);
      }),
      RUNS,
    );
  });

  test('of a URI of millions of segments the beginning is read', () => {
    const uri = `file:///${'a/'.repeat(2_000_000)}`;
    const none = { tools: [], templates: [], prompts: [], skipped: [], lossy: [], operations: 0 };
    const [resource] = toDocuments({
      source: 'disk',
      ...none,
      resources: [{ source: 'disk', uri, definition: { uri, name: 'a' } }],
    });
    expect(resource?.path?.length).toBe(4_000);
  });

  test('a schema that refers to itself, or is nested without end, costs a bounded number of steps', () => {
    const own: Json = { $ref: '#/$defs/A' };
    const circle: Json = { ...own, $defs: { A: { anyOf: [own, own, own], properties: { a: own, b: own } } } };
    let deep: Json = {};
    for (let at = 0; at < 50_000; at += 1) deep = { items: deep };
    const time = startCpuTime();
    expect(parameterWords(circle).names.length).toBeLessThanOrEqual(200);
    expect(parameterWords(deep).names).toEqual([]);
    expect(time()).toBeLessThan(200);
  });
});

function answer(
  index: SearchIndex,
  text: string,
  there: ReadonlyMap<string, readonly SearchDocument[]>,
): string {
  const documents = [...there].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, own]) => own);
  return JSON.stringify(
    index.rank({ text, among: sightOf(documents), limit: 50 }).map(({ entry, score }) => [entry.key, score]),
  );
}
