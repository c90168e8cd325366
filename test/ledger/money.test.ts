import fc from 'fast-check';
import { expect, test } from 'vitest';
import { multiplyNanoUsd, toNanoUsd, toUsdText } from '../../src/text/nano-usd.ts';

test.each([
  [0, 0],
  [0.002, 2_000_000],
  [0.1, 100_000_000],
  [1e-9, 1],
  [5, 5_000_000_000],
  ['0.3', 300_000_000],
  ['1.10', 1_100_000_000],
  ['12e2', 1_200_000_000_000],
  ['9007199.254740991', Number.MAX_SAFE_INTEGER],
])('%s USD are %s nano-USD', (usd, nanoUsd) => {
  expect(toNanoUsd(usd)).toBe(nanoUsd);
});

test.each([
  [-1, 'must not be negative'],
  [Number.NaN, 'must be a decimal number'],
  [Infinity, 'must be a decimal number'],
  ['', 'must be a decimal number'],
  ['1,5', 'must be a decimal number'],
  ['0x10', 'must be a decimal number'],
  ['1e9999', 'must be at most 9007199.254740991'],
  [0.0000000001, 'must have at most 9 decimals'],
  ['1e-9999', 'must have at most 9 decimals'],
  ['9007199.254740992', 'must be at most 9007199.254740991'],
  [1e300, 'must be at most 9007199.254740991'],
])('%s USD are refused', (usd, message) => {
  expect(() => toNanoUsd(usd)).toThrow(new RangeError(message));
});

test('a text of a megabyte is refused at once', () => {
  expect(() => toNanoUsd('9'.repeat(1_000_000))).toThrow('must be a decimal number');
});

test('every amount of money is read back from its text, to the last digit', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (nanoUsd) => {
      expect(toNanoUsd(toUsdText(nanoUsd))).toBe(nanoUsd);
    }),
  );
});

test('no text and no number is read as an amount that is not one', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.double(), fc.bigInt().map(String)), (usd) => {
      try {
        const nanoUsd = toNanoUsd(usd);
        expect(Number.isSafeInteger(nanoUsd) && nanoUsd >= 0).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});

test('units are priced exactly, and a part of a nano-USD is charged as one', () => {
  expect(multiplyNanoUsd(0.1, toNanoUsd(3))).toBe(toNanoUsd(0.3));
  expect(multiplyNanoUsd(1_000_000, 50)).toBe(toNanoUsd(0.05));
  expect(multiplyNanoUsd(0.00000000012, toNanoUsd(1))).toBe(1);
  expect(multiplyNanoUsd(5e-324, 1)).toBe(1);
  expect(multiplyNanoUsd(0, 1)).toBe(0);
  expect(() => multiplyNanoUsd(1e300, 1)).toThrow(RangeError);
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (units, price) => {
      expect(multiplyNanoUsd(units, price)).toBe(units * price);
    }),
  );
});
