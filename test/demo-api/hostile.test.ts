import { connect } from 'node:net';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDesk } from './desk.ts';
import { document, errorsOf } from './document.ts';

/** The same run every time; take it away to search further. */
const SEED = 20_261_120;

test('no path, query or method is answered with a fault', async () => {
  const desk = await openDesk();
  const piece = fc.oneof(
    fc.constantFrom(
      'tickets',
      'customers',
      'refunds',
      'articles',
      'attachments',
      'T-1035',
      '__proto__',
      'constructor',
      '..',
      '%',
      '%ff',
    ),
    fc.string({ maxLength: 8 }).map(encodeURIComponent),
  );
  const target = fc
    .tuple(
      fc.array(piece, { maxLength: 6 }),
      fc.option(fc.array(fc.tuple(piece, piece), { maxLength: 3 }), { nil: undefined }),
    )
    .map(
      ([path, query]) =>
        `/${path.join('/')}${query === undefined ? '' : `?${query.map((pair) => pair.join('=')).join('&')}`}`,
    );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'OPTIONS'),
      target,
      async (method, path) => {
        expect(await rawStatus(desk.url, method, path)).toBeLessThan(500);
      },
    ),
    { numRuns: 300, seed: SEED },
  );
  expect((await desk.get('/customers')).status).toBe(200);
});

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('', null, [], {}, 0, -1, 1.5, '2026-11-01T09:30:00+01:00'),
);
/** Mostly a value that is right, so that whole bodies are often enough. */
const member = (right: readonly unknown[], wrong: readonly unknown[] = []) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.oneof(odd, fc.constantFrom(undefined, ...wrong)) },
  );
const labels = member(
  [[], ['a', 'b-c'], Array(10).fill('x')],
  [Array(11).fill('x'), ['A'], ['é'], [''], ['a', 1]],
);
const words = fc.oneof(
  fc.constantFrom('x', 'help', '🏮'),
  fc.string({ minLength: 1, maxLength: 4, unit: 'binary' }),
);
const section = fc.letrec<{ it: unknown }>((tie) => ({
  it: fc.record(
    { heading: words, text: words, sections: fc.array(tie('it'), { maxLength: 2 }) },
    { requiredKeys: ['heading', 'text'] },
  ),
})).it;
const BODIES: readonly (readonly [schema: string, path: string, body: fc.Arbitrary<unknown>])[] = [
  [
    'NewTicket',
    '/tickets',
    loose({
      customerId: member(['C-101', 'C-999'], ['c-1', 'C-123456789', 'C-']),
      subject: fc.oneof({ weight: 9, arbitrary: words }, { weight: 1, arbitrary: odd }),
      body: member(['Please', ' '], ['']),
      priority: member(['low', 'urgent'], ['LOW']),
      tags: labels,
      dueAt: member(
        [null, '2026-12-01T00:00:00Z', '2024-02-29T12:00:00.5+05:30'],
        ['2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', 'soon'],
      ),
    }),
  ],
  [
    'TicketChange',
    '/tickets/T-1016',
    loose({
      status: member(['open', 'pending'], ['lost']),
      assignee: member([null, 'mara'], ['', 7]),
      reply: member(['Thanks'], ['']),
      tags: labels,
    }),
  ],
  [
    'NewArticle',
    '/articles',
    loose({
      title: member(['T', '🏮'.repeat(200)], ['', 'T'.repeat(201)]),
      category: member(['how-to', 'policy'], ['other']),
      labels,
      sections: fc.oneof(
        { weight: 9, arbitrary: fc.array(section, { minLength: 1, maxLength: 3 }) },
        { weight: 1, arbitrary: odd },
      ),
    }),
  ],
  [
    'NewRefund',
    '/refunds',
    loose({
      ticketId: member(['T-1016', 'T-1'], ['T-x']),
      paymentId: member(['P-2004', 'P-1'], ['P-x']),
      amount: member([1, 1_000_000], [0, 1.5, 1_000_001, '1']),
      reason: member(['goodwill'], ['because']),
      note: member([null, '', 'n'.repeat(500)], ['n'.repeat(501)]),
    }),
  ],
];

test.each(BODIES)(
  'any body for %s is refused with 400 exactly when the document rejects it',
  async (schema, path, arbitrary) => {
    const desk = await openDesk();
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(arbitrary, async (body) => {
        const answer = await (path === '/tickets/T-1016' ? desk.patch(path, body) : desk.post(path, body));
        expect(answer.status).toBeLessThan(500);
        const sent: unknown = JSON.parse(JSON.stringify(body));
        const faults = errorsOf(document['components'].schemas[schema], sent);
        if (faults.length === 0) accepted += 1;
        expect({ refused: answer.status === 400, faults, detail: answer.json.detail }).toEqual({
          refused: faults.length > 0,
          faults,
          detail: answer.json.detail,
        });
      }),
      { numRuns: 100, seed: SEED },
    );
    expect(accepted).toBeGreaterThan(15);
  },
);

/** Members of a body, each of which may be missing, and now and then one too many. */
function loose(members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  const all = fc.record(members);
  return fc.oneof(
    { weight: 6, arbitrary: all },
    { weight: 3, arbitrary: fc.record(members, { requiredKeys: [] }) },
    { weight: 1, arbitrary: all.map((body) => ({ ...body, extra: 1 })) },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

/** Sends a request line as it is: `fetch` would normalise the path. */
async function rawStatus(url: string, method: string, target: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
    socket.end(`${method} ${target} HTTP/1.1\r\nhost: desk\r\nconnection: close\r\n\r\n`);
  });
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => (text += String(chunk)));
  socket.on('error', reject);
  socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? Number.NaN)));
  return promise;
}
