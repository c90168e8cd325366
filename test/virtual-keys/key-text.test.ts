import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createVirtualKey, formOf } from '../../src/identity/keys/key-text.ts';

/** As `docs/identity.md` gives it to scanners. */
const SCANNER = /\bbwk_[0-9A-Za-z]{49}\b/g;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });
const keyText = secret.map((bytes) => createVirtualKey(() => bytes));

describe('the form of a virtual key', () => {
  test('is what scanners are told, and its checksum is what they can compute', () => {
    fc.assert(
      fc.property(keyText, (key) => {
        expect(`{"token":"${key}"}`.match(SCANNER)).toEqual([key]);
        expect(formOf(key)).toBe('key');
        let rest = crc32(key.slice(4, 47));
        let checksum = '';
        for (let digit = 0; digit < 6; digit += 1) {
          checksum = DIGITS[rest % 62] + checksum;
          rest = Math.floor(rest / 62);
        }
        expect(key.slice(47)).toBe(checksum);
      }),
    );
  });

  test('keeps every bit of its secret: two secrets never give one key', () => {
    fc.assert(
      fc.property(secret, (bytes) => {
        expect(secretOf(createVirtualKey(() => bytes))).toBe(
          BigInt(`0x${Buffer.from(bytes).toString('hex')}`),
        );
      }),
    );
    const [least, most] = [0, 255].map((byte) => createVirtualKey(() => new Uint8Array(32).fill(byte)));
    expect([least?.length, most?.length]).toEqual([53, 53]);
    expect(() => createVirtualKey(() => new Uint8Array(31))).toThrow(RangeError);
  });

  test('finds every mistake in one character, and every swap of neighbours', () => {
    fc.assert(
      fc.property(
        keyText,
        fc.nat(52),
        fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }),
        (key, at, other) => {
          const changed = key.slice(0, at) + other + key.slice(at + 1);
          fc.pre(changed !== key);
          expect(formOf(changed)).not.toBe('key');
          const swapped = key.slice(0, at) + (key[at + 1] ?? '') + (key[at] ?? '') + key.slice(at + 2);
          if (swapped !== key) expect(formOf(swapped)).not.toBe('key');
        },
      ),
      { numRuns: 500 },
    );
    const key = createVirtualKey(() => new Uint8Array(32).fill(7));
    for (let at = 4; at < key.length; at += 1) {
      for (const digit of DIGITS) {
        const changed = key.slice(0, at) + digit + key.slice(at + 1);
        expect(formOf(changed)).toBe(changed === key ? 'key' : 'broken-key');
      }
    }
  });

  test('is no other text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `bwk_${text}`),
        ),
        (text) => {
          expect(formOf(text)).toBe(text.startsWith('bwk_') ? 'broken-key' : 'other');
        },
      ),
    );
  });

  test.each([
    ['cut', (key: string) => key.slice(0, -1)],
    ['with a line end', (key: string) => `${key}\n`],
    ['with a space before it', (key: string) => ` ${key}`],
    ['in upper case', (key: string) => key.toUpperCase()],
    ['twice', (key: string) => key + key],
    ['with full-width digits', (key: string) => key.replace(/[0-9]/, '０')],
  ])('is none %s', (_, change) => {
    expect(formOf(change(createVirtualKey(() => new Uint8Array(32).fill(99))))).not.toBe('key');
  });
});

/** The number that stands between the prefix and the checksum. */
function secretOf(key: string): bigint {
  return key
    .slice(4, 47)
    .split('')
    .reduce((value, digit) => value * 62n + BigInt(DIGITS.indexOf(digit)), 0n);
}
