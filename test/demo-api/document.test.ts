import { describe, expect, onTestFinished, test } from 'vitest';
import { operations } from '../../src/cli/demo-api/routes.ts';
import { startDemoApi } from '../../src/cli/demo-api/server.ts';
import { NOON } from './desk.ts';
import { document, documentedOperations, errorsOf, follow } from './document.ts';

interface Sample {
  readonly expect: number;
  readonly path?: Record<string, string>;
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** For every operation: one call that succeeds, and one for each refusal the document names beside 401, 413 and 415. */
const samples: Record<string, Sample[]> = {
  list_customers: [
    { expect: 200, query: 'query=harbour&plan=team&limit=3' },
    { expect: 400, query: 'limit=0' },
  ],
  get_customer: [
    { expect: 200, path: { customerId: 'C-107' } },
    { expect: 404, path: { customerId: 'C-999' } },
    { expect: 400, path: { customerId: 'C-107' }, query: 'surprise=1' },
  ],
  list_tickets: [
    {
      expect: 200,
      query: 'status=open&status=pending&sort=oldest&createdAfter=2026-11-01T00:00:00Z&limit=5',
    },
    { expect: 400, query: 'status=lost' },
  ],
  create_ticket: [
    {
      expect: 201,
      body: { customerId: 'C-101', subject: 'Help', body: 'Please.', tags: ['x'], dueAt: null },
    },
    { expect: 400, body: { customerId: 'C-101' } },
    { expect: 409, body: { customerId: 'C-999', subject: 'Help', body: 'Please.' } },
  ],
  get_ticket: [
    { expect: 200, path: { ticketId: 'T-1035' } },
    { expect: 404, path: { ticketId: 'T-1' } },
    { expect: 400, path: { ticketId: 'T-1035' }, query: 'surprise=1' },
  ],
  update_ticket: [
    {
      expect: 200,
      path: { ticketId: 'T-1016' },
      body: { status: 'pending', assignee: null, reply: 'Soon.' },
    },
    { expect: 400, path: { ticketId: 'T-1016' }, body: {} },
    { expect: 404, path: { ticketId: 'T-1' }, body: { status: 'open' } },
    { expect: 409, path: { ticketId: 'T-1001' }, body: { status: 'open' } },
  ],
  delete_ticket: [
    { expect: 204, path: { ticketId: 'T-1029' } },
    { expect: 400, path: { ticketId: 'T-1029' }, query: 'force=true' },
    { expect: 404, path: { ticketId: 'T-1' } },
    { expect: 409, path: { ticketId: 'T-1033' } },
  ],
  add_ticket_attachment: [
    {
      expect: 201,
      path: { ticketId: 'T-1035' },
      body: { fileName: 'a.txt', contentType: 'text/plain', content: 'aGk=' },
    },
    {
      expect: 400,
      path: { ticketId: 'T-1035' },
      body: { fileName: '../a', contentType: 'text/plain', content: 'aGk=' },
    },
    {
      expect: 404,
      path: { ticketId: 'T-1' },
      body: { fileName: 'a.txt', contentType: 'text/plain', content: 'aGk=' },
    },
    // The eleventh file: the sample is sent after ten others, see below.
    {
      expect: 409,
      path: { ticketId: 'T-1038' },
      body: { fileName: 'a.txt', contentType: 'text/plain', content: 'aGk=' },
    },
  ],
  get_ticket_attachment: [
    { expect: 200, path: { ticketId: 'T-1035', attachmentId: 'A-502' } },
    { expect: 200, path: { ticketId: 'T-1035', attachmentId: 'A-503' } },
    { expect: 404, path: { ticketId: 'T-1035', attachmentId: 'A-501' } },
    { expect: 400, path: { ticketId: 'T-1035', attachmentId: 'A-502' }, query: 'width=10' },
  ],
  search_articles: [
    { expect: 200, query: 'query=refund%20annual%20plan' },
    { expect: 400, query: 'category=poetry' },
  ],
  create_article: [
    {
      expect: 201,
      body: {
        title: 'New',
        category: 'how-to',
        sections: [{ heading: 'H', text: '', sections: [{ heading: 'I', text: 't' }] }],
      },
    },
    { expect: 400, body: { title: 'New', category: 'how-to', sections: [] } },
  ],
  get_article: [
    { expect: 200, path: { articleId: 'KB-104' } },
    { expect: 404, path: { articleId: 'KB-1' } },
    { expect: 400, path: { articleId: 'KB-104' }, query: 'format=pdf' },
  ],
  list_refunds: [
    { expect: 200, query: 'status=pending&customerId=C-110' },
    { expect: 400, query: 'status=lost' },
  ],
  create_refund: [
    {
      expect: 201,
      headers: { 'idempotency-key': 'refund-once-1' },
      body: { ticketId: 'T-1016', paymentId: 'P-2005', amount: 1900, reason: 'duplicate_charge', note: null },
    },
    { expect: 400, body: { ticketId: 'T-1016', paymentId: 'P-2004', amount: 0.5, reason: 'goodwill' } },
    { expect: 409, body: { ticketId: 'T-1016', paymentId: 'P-2004', amount: 1901, reason: 'goodwill' } },
    {
      expect: 422,
      headers: { 'idempotency-key': 'refund-once-1' },
      body: { ticketId: 'T-1016', paymentId: 'P-2004', amount: 1, reason: 'goodwill' },
    },
  ],
  get_refund: [
    { expect: 200, path: { refundId: 'R-301' } },
    { expect: 404, path: { refundId: 'R-1' } },
    { expect: 400, path: { refundId: 'R-301' }, query: 'expand=ticket' },
  ],
  cancel_refund: [
    { expect: 200, path: { refundId: 'R-303' } },
    { expect: 400, path: { refundId: 'R-303' }, query: 'force=1' },
    { expect: 404, path: { refundId: 'R-1' } },
    { expect: 409, path: { refundId: 'R-302' } },
  ],
};

/** Refusals that are the same for every operation and have tests of their own. */
const COMMON = ['401', '413', '415'];

test('the API has exactly the operations of the document', () => {
  const served = operations.map(({ id, method, path }) => `${id} ${method} ${path}`).toSorted();
  expect(served).toEqual(
    documentedOperations.map(({ id, method, path }) => `${id} ${method} ${path}`).toSorted(),
  );
  expect(Object.keys(samples).toSorted()).toEqual(documentedOperations.map(({ id }) => id).toSorted());
});

test('every example of the document is valid by its own schema', () => {
  for (const body of Object.values<any>(document['components'].requestBodies)) {
    const media = body.content['application/json'];
    for (const [name, example] of Object.entries<any>(media.examples)) {
      expect({ name, errors: errorsOf(follow(media.schema), example.value) }).toEqual({ name, errors: [] });
    }
  }
});

describe.each(documentedOperations)('$id', ({ id, method, path, node }) => {
  test('answers each documented status with the documented body', async () => {
    const desk = await startDemoApi({ host: '127.0.0.1', port: 0, now: () => NOON });
    onTestFinished(() => desk.close());
    const seen = new Set<string>();
    for (const sample of samples[id]!) {
      const call = () => send(desk.url, method, path, sample);
      if (id === 'add_ticket_attachment' && sample.expect === 409)
        for (let count = 0; count < 10; count += 1) await call();
      const answer = await call();
      expect({ sample, status: answer.status }).toEqual({ sample, status: sample.expect });
      const documented = follow(node['responses'][answer.status]);
      expect(answer.headers.get('x-request-id')).toMatch(/^desk-\d+$/);
      expect({ sample, errors: await bodyErrors(documented, answer) }).toEqual({ sample, errors: [] });
      seen.add(String(answer.status));
    }
    const documented = Object.keys(node['responses']).filter((status) => !COMMON.includes(status));
    // Nothing but a full desk refuses an article with 409, and filling it takes many calls: see refusals.test.ts.
    const elsewhere = id === 'create_article' ? ['409'] : [];
    expect([...seen, ...elsewhere].toSorted()).toEqual(documented.toSorted());
  });
});

async function send(url: string, method: string, template: string, sample: Sample): Promise<Response> {
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(sample.path![name]!),
  );
  return fetch(`${url}${path}${sample.query === undefined ? '' : `?${sample.query}`}`, {
    method,
    headers: { ...sample.headers, ...(sample.body !== undefined && { 'content-type': 'application/json' }) },
    ...(sample.body !== undefined && { body: JSON.stringify(sample.body) }),
  });
}

async function bodyErrors(documented: any, answer: Response): Promise<string[]> {
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (documented.content === undefined) return bytes.length === 0 ? [] : ['a body where none is documented'];
  const contentType = answer.headers.get('content-type')!.split(';')[0]!;
  const media = documented.content[contentType];
  if (media === undefined) return [`${contentType} is not documented`];
  if (!contentType.includes('json')) return bytes.length > 0 ? [] : ['an empty file'];
  return errorsOf(media.schema, JSON.parse(bytes.toString('utf8')));
}
