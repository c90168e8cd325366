import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { evaluateSet } from './harness/evaluate.ts';
import { readSets } from './harness/read-sets.ts';
import { shippedPacks, toSearchable } from './harness/searchable.ts';
import { missedTricks, tryTricks } from './harness/tricks.ts';
import { prefixOf, uniteSets } from './harness/union.ts';

const { sets } = await readSets(fileURLToPath(new URL('sets', import.meta.url)));
const scored = sets.filter(({ queries }) => queries.length > 0);
const packs = shippedPacks();

describe('The tool that is meant stands among the first five', () => {
  // In percent of the questions. One question is five to seven.
  test.each([
    { name: 'helpdesk', r5: 86, ndcg10: 76 },
    { name: 'codehost', r5: 93, ndcg10: 86 },
    { name: 'cluster', r5: 93, ndcg10: 86 },
    { name: 'office', r5: 90, ndcg10: 83 },
  ])('of $name, asked in plain words', ({ name, r5, ndcg10 }) => {
    const set = scored.find((one) => one.name === name);
    if (!set) throw new Error(`there is no set ${name}`);
    const { figures } = evaluateSet(set, toSearchable(set.tools, packs));
    expect(figures.r5 * 100).toBeGreaterThanOrEqual(r5);
    expect(figures.ndcg10 * 100).toBeGreaterThanOrEqual(ndcg10);
  });

  test('and of all sources together, too', () => {
    const all = toSearchable(uniteSets(sets), packs);
    const results = scored.map((set) => evaluateSet(set, all, prefixOf(set)).figures.r5 * 100);
    for (const r5 of results) expect(r5).toBeGreaterThanOrEqual(80);
  });
});

test.each([
  ['de', 'den Termin auf Freitag verschieben', 'termin_verschieben'],
  ['fr', 'réserver une salle de réunion', 'reserver_salle'],
  ['fr, without accents', 'reserver une salle de reunion', 'reserver_salle'],
  ['zh', '帮我查一下去北京的火车票', 'query_train'],
  ['ja', '会議室を予約したい', 'kaigi_yoyaku'],
])('A question in the language of the tool finds it first (%s)', (_, question, tool) => {
  const all = toSearchable(
    sets.flatMap(({ tools }) => tools),
    packs,
  );
  expect(all.find(question, 1)).toEqual([tool]);
});

test("A description that repeats a question's words, or gives orders, gains nothing by it", () => {
  const strangers = sets.filter(({ queries }) => queries.length === 0);
  const united = {
    name: 'all',
    tools: uniteSets(scored),
    queries: scored.flatMap((set) =>
      set.queries.map((query) => ({ ...query, id: `${set.name} ${query.id}` })),
    ),
  };
  expect(missedTricks(tryTricks([united], { others: strangers, packs }), 5)).toEqual([]);
});
