import { expect, test } from 'vitest';
import { entryKey } from '../../src/catalog/sight.ts';
import type { SearchDocument } from '../../src/search/document.ts';
import { createSearchIndex } from '../../src/search/search-index.ts';

function document(name: string, more: Partial<SearchDocument> = {}): SearchDocument {
  return {
    key: entryKey('tool', 'desk', name),
    kind: 'tool',
    source: 'desk',
    name,
    description: '',
    parameterNames: [],
    parameterTexts: [],
    hints: [],
    ...more,
  };
}

const index = createSearchIndex();
index.replace('desk', [
  document('delete_ticket', { method: 'DELETE', path: '/tickets/{id}' }),
  document('list_tickets', { hints: ['the queue of open cases'], isDeprecated: true }),
  document('send_mail', { description: 'Writes to the customer about a ticket.' }),
]);

test('a place is explained by the words, the fields that have them, and what is done', () => {
  const why = index.explain('remove tickets', entryKey('tool', 'desk', 'delete_ticket'));
  expect(why?.words.map(({ word, synonym }) => [word, synonym])).toEqual([
    ['remove', 'delete'],
    ['tickets', undefined],
  ]);
  expect(why?.words[1]?.fields).toContain('name');
  expect(why?.words.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  expect(why?.letters).toBeGreaterThan(0);
  expect(why?.action).toBeGreaterThan(1);
  expect(why?.prior).toBe(1);
});

test('hints, other actions and what is seldom meant show, too', () => {
  const why = index.explain('delete cases in the queue', entryKey('tool', 'desk', 'list_tickets'));
  expect(why?.words.find(({ word }) => word === 'queue')?.fields).toEqual(['hints']);
  expect(why?.action).toBeLessThan(1);
  expect(why?.prior).toBeLessThan(1);
});

test('of what is not there nothing is known, and of what shares nothing no word', () => {
  expect(index.explain('x', 'tool desk/none')).toBeUndefined();
  expect(index.explain('zzzz', entryKey('tool', 'desk', 'send_mail'))).toMatchObject({
    words: [],
    letters: 0,
  });
});
