import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formHeaders, PAGE_HEADERS } from '../../src/server/pages/frame.ts';
import { endPage, startPage } from '../../src/server/pages/source-sign-in.ts';

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

test('a page runs, loads and frames nothing but its own style sheet, and can be read on a phone', () => {
  const page = start('ann');
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
  const digest = createHash('sha256').update(style).digest('base64');
  expect(PAGE_HEADERS['content-security-policy']).toBe(
    `default-src 'none'; style-src 'sha256-${digest}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  );
  expect(page).toContain('<meta name="viewport" content="width=device-width');
  expect(page).not.toMatch(/<script|style=|\son\w+=|url\(|@import/);
});

const policyFor = (...leadsTo: string[]): string =>
  /form-action ([^;]*)$/.exec(formHeaders(leadsTo)['content-security-policy'] ?? '')?.[1] ?? '';

test('a form may be sent to this server, and lead back to the program that asked', () => {
  expect(policyFor()).toBe("'self'");
  expect(policyFor('https://claude.ai/api/mcp/auth_callback')).toBe("'self' https:");
  expect(policyFor('http://127.0.0.1:8123/callback')).toBe("'self' https: http://127.0.0.1:8123");
  expect(policyFor('cursor://anysphere.cursor-mcp/oauth/callback')).toBe("'self' https: cursor:");
  expect(policyFor("; script-src 'unsafe-inline'")).toBe("'self' https:");
});
