import { expect, it } from 'vitest';
import { createLibrary, type Library } from '../../src/search/embeddings/library.ts';

const open = (): Library => createLibrary({ provider: 'openai', endpoint: 'http://a', model: 'm' });

const textsOf = (...texts: string[]): Map<string, string> =>
  new Map(texts.map((text) => [`key of ${text}`, text]));

function add(library: Library, texts: readonly string[], model = 'm'): void {
  library.add(texts, { vectors: texts.map(() => Float32Array.of(1, 0)), model });
}

const many = (round: number): string[] => Array.from({ length: 4_000 }, (_, at) => `${round} ${at}`);

it('a text is taken once, by one caller, as long as an entry has it', () => {
  const library = open();
  library.replace('a', textsOf('one', 'two', 'three'));
  library.replace('b', textsOf('two'));
  expect(library.take(2)).toEqual(['one', 'two']);
  library.replace('a', textsOf('four'));
  expect(library.take(9)).toEqual(['four']);
  library.giveBack(['one', 'two', 'four']);
  expect(library.take(9)).toEqual(['one', 'two', 'four']);
  add(library, ['two', 'four']);
  library.skip('one');
  library.replace('c', textsOf('one'));
  expect(library.take(9)).toEqual([]);
  expect(library.counts).toEqual({ entries: 3, known: 2 });
});

it('an entry has no vector of a text that it had before', () => {
  const library = open();
  library.replace('a', new Map([['key', 'one']]));
  add(library, library.take(1));
  expect(library.vectorOf('key')).toBeDefined();
  library.replace('a', new Map([['key', 'two']]));
  expect(library.vectorOf('key')).toBeUndefined();
  // The one before is still known, should it come back.
  library.replace('a', new Map([['key', 'one']]));
  expect(library.vectorOf('key')).toBeDefined();
  library.replace('a', undefined);
  expect(library.vectorOf('key')).toBeUndefined();
});

it('what was kept counts until an answer of another model does, and never against one that came first', () => {
  const kept = open();
  kept.replace('a', textsOf('one', 'two'));
  add(kept, kept.take(2), 'old');
  const file = kept.snapshot()!;
  const library = open();
  library.replace('a', textsOf('one', 'three'));
  library.recall(file);
  expect([library.counts.known, library.take(9)]).toEqual([1, ['three']]);
  const answer = { vectors: [Float32Array.of(0, 1)], model: 'new' };
  expect(library.isSame(answer)).toBe(false);
  library.moveTo(answer);
  library.giveBack(['three']);
  expect([library.counts.known, library.take(9).toSorted()]).toEqual([0, ['one', 'three']]);
  library.recall(file);
  expect(library.counts.known).toBe(0);
  expect(library.snapshot()).toBeUndefined();
});

it('a vector on disk that has not length 1 is not taken', () => {
  const kept = open();
  kept.replace('a', textsOf('one', 'two'));
  add(kept, kept.take(2));
  const { vectors, ...rest } = kept.snapshot()!;
  const [first = '', second = ''] = vectors.keys();
  const library = open();
  library.replace('a', textsOf('one', 'two'));
  const broken: [string, Float32Array][] = [
    [first, Float32Array.of(Number.NaN, 0)],
    [second, Float32Array.of(3, 4)],
  ];
  library.recall({ ...rest, vectors: new Map(broken) });
  expect([library.counts.known, library.take(9).toSorted()]).toEqual([0, ['one', 'two']]);
});

it('a source whose texts change for ever fills neither memory nor disk, and costs what is in use nothing', () => {
  const library = open();
  library.replace('steady', textsOf('steady'));
  add(library, library.take(1));
  for (let round = 0; round < 4; round += 1) {
    library.replace('restless', textsOf(...many(round)));
    add(library, library.take(4_000));
  }
  const held = (): number => library.snapshot()?.vectors.size ?? 0;
  expect(held()).toBe(1 + 4_000 + 10_000);
  library.replace('restless', undefined);
  library.replace('steady', textsOf('steady', 'another'));
  expect(library.take(9)).toEqual(['another']);
  // The last rounds are still known, the first is not.
  library.replace('restless', textsOf('3 0', '0 0'));
  expect(library.take(9)).toEqual(['0 0']);
});
