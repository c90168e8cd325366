import { expect, test } from 'vitest';
import { createMask } from '../../src/audit/mask/mask.ts';
import type { Json } from '../../src/catalog/json.ts';

const CANARY = 'canary-9f8e7d6c5b4a';

const mask = createMask({ chosen: [], secrets: [] });

test.each<[string, Json]>([
  ['a pair of name and value', { headers: [['X-Api-Key', CANARY]] }],
  ['a pair of members in any case', { Environment: [{ Name: 'DB_PASSWORD', Value: CANARY }] }],
  ['a JSON Patch', { patch: [{ op: 'replace', path: '/spec/password', value: CANARY }] }],
  ['JSON in a text', { body: JSON.stringify({ credentials: { user: 'a', value: CANARY } }) }],
  ['a list in JSON in a text', { body: JSON.stringify({ passwords: ['a', CANARY] }) }],
  ['a labelled value in JSON in a text', { body: JSON.stringify([{ name: 'password', value: CANARY }]) }],
  [
    'a Secret in JSON in JSON',
    { body: JSON.stringify({ text: JSON.stringify({ kind: 'Secret', data: { a: CANARY } }) }) },
  ],
])('%s is masked where its name says so', (_, value) => {
  const masked = JSON.stringify(mask.value(value));
  expect(masked).not.toContain(CANARY);
  expect(masked).toContain('[secret]');
});

test('JSON in a text is kept as it is where nothing in it is secret', () => {
  const value = { body: '{ "id": 12345678901234567890,\n  "a": [1, 2] }' };
  expect(mask.value(value)).toEqual(value);
});

test.each([
  `the answer was {"credentials":{"user":"a","value":"${CANARY}"}}`,
  `the answer was {"tokens": ["a", "${CANARY}"]}`,
  `ALTER USER app WITH PASSWORD '${CANARY}'`,
  `https://example.com/?next=https%3A%2F%2Fb.example%2F%3Fapi_key%3D${CANARY}`,
])('a credential is masked in a longer text: %s', (text) => {
  expect(mask.text(text)).not.toContain(CANARY);
});
