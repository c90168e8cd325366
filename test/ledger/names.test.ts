import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toNamePart, toSpendRowName } from '../../src/gateway/ledger/names.ts';
import type { SpendRow } from '../../src/gateway/ledger/spend-table.ts';
import { MAX_NAME_BYTES } from '../../src/state/store.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 2_000 }),
  fc.constantFrom('', '*', '~', '-', '\ud800', '\udfff', 'é'.repeat(200), '"'.repeat(200), '\0'.repeat(112)),
);

test('a part of a name is short and plain, whatever the text, and no two texts share one', () => {
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(anyText, (text) => {
      const part = toNamePart(text);
      expect(part).toMatch(/^(?!\*)[A-Za-z0-9._@~-]{1,65}$/);
      expect(seen.get(part) ?? text).toBe(text);
      seen.set(part, text);
    }),
  );
  expect(toNamePart('x'.repeat(1_000_000))).toHaveLength(44);
  expect(toNamePart(undefined)).toBe('*');
});

test('what fits is written into a row as it is', () => {
  const row: SpendRow = {
    issuer: 'https://login.example.com/realms/main',
    subject: 'dana@example.com',
    team: 'customer care',
    kind: 'tool',
    source: 'helpdesk',
    name: 'get_ticket',
  };
  expect(JSON.parse(toSpendRowName(row))).toEqual(row);
  expect(toSpendRowName(row)).toMatch(/^\{"issuer":.*"kind":.*"name":.*"source":.*"subject":.*"team":/);
});

test('a row fits a name of the store, whatever its texts are, and no two share one', () => {
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(
      fc.record({
        issuer: anyText,
        subject: anyText,
        team: anyText,
        key: anyText,
        client: anyText,
        source: anyText,
        name: anyText,
      }),
      (texts) => {
        const name = toSpendRowName({ ...texts, kind: 'resource' });
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(MAX_NAME_BYTES);
        expect(Object.keys(JSON.parse(name) as object)).toHaveLength(8);
        const whole = JSON.stringify(texts);
        expect(seen.get(name) ?? whole).toBe(whole);
        seen.set(name, whole);
      },
    ),
  );
});
