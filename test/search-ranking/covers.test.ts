import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SeenEntry } from '../../src/catalog/sight.ts';
import type { SearchDocument } from '../../src/search/document.ts';
import { createSearchIndex } from '../../src/search/search-index.ts';
import { document, sightOf } from './documents.ts';

const TOOLS = [
  document('seats', {
    name: 'reserve_seat',
    method: 'POST',
    path: '/seats',
    description: 'Reserves a seat on a train for a passenger',
    parameterNames: ['carriage'],
  }),
  document('delays', {
    name: 'listDelays',
    method: 'GET',
    path: '/delays',
    description: 'Lists delays of today',
  }),
  document('staff', { name: 'add_contact', method: 'POST', description: 'Adds a fax number to the staff' }),
  document('rack', {
    name: 'patchRack',
    method: 'PATCH',
    path: '/racks/{id}',
    description: 'Changes a rack. By ISO 5.1 z.',
    hints: ['power cycle', 'rackctl'],
  }),
  document('rain', { name: 'forecast', description: '查询城市的天气预报' }),
];

/** Whether the first that is found is said to fit. */
function fits(text: string, documents: readonly SearchDocument[] = TOOLS, some: Partial<SeenEntry> = {}) {
  const index = createSearchIndex();
  index.replace('any', documents);
  const hits = index.rank({ text, among: sightOf(documents), limit: 5 });
  return index.covers(
    text,
    hits.map(({ entry }) => ({ ...entry, ...some })),
  );
}

describe('what was found is said to fit', () => {
  test.each([
    ['a plural of what is there', 'racks'],
    ['a verb that any such operation is meant by', 'show the delays'],
    ['another name of the same thing', 'book a seat'],
    ['hints', 'power cycle'],
    ['a tool of the command line beside what it is about', 'rackctl get delay'],
    ['a value of an argument beside the thing', 'delays in Graz'],
    [
      'a long question about it',
      'I missed my connection this morning, so could you tell me of the train delays today?',
    ],
    ['other scripts', '查询天气'],
    ['nothing but words that say nothing', 'what can you do for me'],
  ])('by %s: %s', (_what, question) => expect(fits(question)).toBe(true));

  test.each([
    ['a noun in another sense', 'paint a staff room'],
    ['half of what is to be done', 'send a fax'],
    ['a letter in a description', 'z'],
    ['letters that are alike', 'racket'],
    ['nothing', 'bake a chocolate cake'],
    ['another thing', 'delete the balcony'],
  ])('and not by %s: %s', (_what, question) => expect(fits(question)).toBe(false));

  test('not by arguments that the caller does not see', () => {
    expect(fits('carriage')).toBe(true);
    expect(fits('carriage', TOOLS, { hidesArguments: true })).toBe(false);
  });

  test('whatever else there is', () => {
    const words = fc.array(fc.constantFrom('seat', 'delay', 'fax', 'send', 'rack', 'paint', 'of', 'zebra'));
    fc.assert(
      fc.property(words, words, words, (asked, name, description) => {
        const alone = createSearchIndex();
        alone.replace('any', TOOLS);
        const crowded = createSearchIndex();
        crowded.replace('any', TOOLS);
        crowded.replace('more', [
          document('x', { name: name.join('_'), description: description.join(' ') }),
        ]);
        const text = asked.join(' ');
        for (const entry of sightOf(TOOLS).entries)
          expect(crowded.covers(text, [entry])).toBe(alone.covers(text, [entry]));
      }),
      { numRuns: 50 },
    );
  });
});
