import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endPage, PAGE_HEADERS, startPage } from '../../src/server/sign-in-pages.ts';

const start = (subject: string, source = 'issues') =>
  startPage({
    source,
    subject,
    authorizationUrl: 'https://login.example/authorize?a=1&b=2',
    cookie: { name: 'a', value: 'b' },
  });

/** The elements of a page, without its texts. */
const elements = (page: string): string[] => page.match(/<[^>]*>/g) ?? [];

test('whatever a principal, a source or a problem is called, it adds no element to a page and hides no letter of it', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><a href=x>',
      "' onload='x",
      'ann\u202Emoc.live@',
      '\u200B',
    ),
  );
  fc.assert(
    fc.property(text, text, (one, other) => {
      for (const [page, plain] of [
        [start(one, other), start('ann')],
        [
          endPage({ ok: true, source: one, subject: other }),
          endPage({ ok: true, source: 'a', subject: 'b' }),
        ],
        [endPage({ ok: false, problem: one }), endPage({ ok: false, problem: 'a' })],
      ] as const) {
        expect(elements(page)).toEqual(elements(plain));
        expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }
    }),
  );
});

test('a page runs, loads and frames nothing, and can be read on a phone', () => {
  expect(PAGE_HEADERS['content-security-policy']).toContain("default-src 'none'; frame-ancestors 'none'");
  expect(start('ann')).toContain('<meta name="viewport" content="width=device-width');
  expect(start('ann')).not.toMatch(/<script|<style|style=|\son\w+=/);
});
