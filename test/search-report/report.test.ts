import { appendFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIND_CLIENT, readSearches } from '../../src/audit/searches/read.ts';
import { SEARCH_REPORT_SCHEMA } from '../../src/cli/search/report-schema.ts';
import type { SearchReport } from '../../src/cli/search/report.ts';
import { writeChain, type Timed } from '../audit-read/support.ts';
import { createFolder } from '../support/gateway.ts';
import { runHere } from '../support/in-process.ts';

const MINUTE = 60_000;

interface Asked {
  readonly at: number;
  readonly query: string;
  readonly told: readonly string[];
  readonly subject?: string;
  readonly kept?: 'digest' | 'masked';
}

function search({ at, query, told, subject = 'dana', kept = 'masked' }: Asked): Timed {
  return {
    ...by(subject),
    at: at * MINUTE,
    type: 'list',
    call: `s${at}`,
    args: { digest: `sha256:${'0'.repeat(64)}`, ...(kept === 'masked' && { masked: { queries: [query] } }) },
    detail: { list: 'found', endpoint: '/mcp', count: told.length, found: [told] },
  };
}

function call(at: number, source: string, name: string, subject = 'dana'): Timed[] {
  const shared = { ...by(subject), at: at * MINUTE, call: `c${at}${name}` };
  return [
    { ...shared, type: 'call.intent', target: { kind: 'tool', source, name, access: 'read' } },
    { ...shared, type: 'call.outcome', result: { status: 'ok' } },
  ];
}

/** A call that came to nothing, or destroyed something. */
function failed(at: number, name: string, status: 'refused' | 'tool-error' | 'ok'): Timed[] {
  const shared = { ...by('dana'), at: at * MINUTE, call: `f${at}${name}` };
  const target = { kind: 'tool', source: 'helpdesk', name, access: 'destructive' } as const;
  const code = 'INVALID_ARGUMENTS' as const;
  if (status === 'refused') return [{ ...shared, type: 'call.refused', target, result: { status, code } }];
  return [
    { ...shared, type: 'call.intent', target },
    { ...shared, type: 'call.outcome', result: { status } },
  ];
}

function by(subject: string): Pick<Timed, 'principal' | 'via'> {
  return {
    principal: { issuer: 'config', subject, groups: [], scopes: [] },
    via: { face: 'http', era: 'modern', clientName: 'agent' },
  };
}

/** Two gateways, which have a record of their own each: what one told is called through the other. */
const ONE: readonly Timed[] = [
  search({ at: 1, query: 'open tickets', told: ['helpdesk/list_tickets', 'helpdesk/get_ticket'] }),
  ...call(2, 'helpdesk', 'list_tickets'),
  search({ at: 10, query: 'Customer history', told: ['helpdesk/get_customer', 'helpdesk/list_tickets'] }),
  ...call(12, 'helpdesk', 'list_events'),
  search({ at: 30, query: 'history of the customer', told: ['helpdesk/get_customer'] }),
  search({ at: 50, query: 'page who is on call', told: [] }),
  search({ at: 70, query: 'close a ticket', told: ['helpdesk/get_ticket', 'helpdesk/update_ticket'] }),
  // Too late, and somebody else.
  ...call(86, 'helpdesk', 'get_ticket'),
  search({ at: 100, query: 'refund', told: ['helpdesk/get_customer'], subject: 'kim' }),
];
const TWO: readonly Timed[] = [
  ...call(31, 'helpdesk', 'list_events'),
  ...call(72, 'helpdesk', 'update_ticket'),
  ...call(102, 'helpdesk', 'create_refund', 'kim'),
  { ...search({ at: 105, query: 'refund', told: [] }), via: { face: 'cli' } },
  { ...by('dana'), at: 110 * MINUTE, type: 'list', detail: { list: 'found', folded: 40 } },
];

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(SEARCH_REPORT_SCHEMA);

let workspace: Awaited<ReturnType<typeof createFolder>>;
let audit = '';
beforeAll(async () => {
  workspace = await createFolder({});
  audit = path.join(workspace.folder, 'audit');
  await writeChain(audit, 'one', ONE);
  await writeChain(audit, 'two', TWO);
});
afterAll(() => workspace[Symbol.asyncDispose]());

const report = (...args: string[]) => runHere(['search', 'report', '--dir', audit, ...args]);

async function reportJson(...args: string[]): Promise<SearchReport> {
  const { out } = await report('--json', ...args);
  const document: unknown = JSON.parse(out);
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  return document as SearchReport;
}

describe('search report', () => {
  test('says what searches led to, over the records of several gateways', async () => {
    expect(await reportJson()).toMatchObject({
      first: '2026-11-21T00:01:00.000Z',
      last: '2026-11-21T01:50:00.000Z',
      withinMinutes: 15,
      byHand: 1,
      searches: 6,
      led: { told: 2, otherwise: 3, nothing: 1, open: 0 },
      ranks: { first: 1, topFive: 2 },
      foundNothing: 1,
      folded: 40,
      withoutQuestions: 0,
      unanswered: [
        { question: 'Customer history', times: 2, empty: 0 },
        { question: 'page who is on call', times: 1, empty: 1 },
        { question: 'refund', times: 1, empty: 0 },
      ],
      missing: [
        {
          target: 'helpdesk/list_events',
          searches: 2,
          questions: [{ question: 'Customer history', times: 2 }],
        },
        { target: 'helpdesk/create_refund', searches: 1, questions: [{ question: 'refund' }] },
      ],
      neverCalled: [{ target: 'helpdesk/get_customer', told: 3, first: 3 }],
      sources: [{ source: 'helpdesk', told: 5, called: 2, otherwise: 3 }],
      leftOut: 0,
    });
  });

  test('tells people what searches led to, and what to do about it', async () => {
    const { status, out, err } = await report();
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatchInlineSnapshot(`
      "6 searches from 2026-11-21T00:01Z to 2026-11-21T01:50Z; a call counts for a search where the same caller makes it within 15 minutes

        led to a call of something that they told         2  33 %   50 % the first told, 100 % among the first five
        led to calls of other things alone                3  50 %
        led to nothing                                    1  17 %
        found nothing                                     1  17 %
        and 40 more in floods, of which the record keeps the number alone
        and 1 by \`bailiwick find\`, which are not counted

      ASKED IN VAIN: nothing was called that was told
      TIMES  FOUND NOTHING  QUESTION
          2                 Customer history
          1              1  page who is on call
          1                 refund

      HINTS ARE MISSING: called after a search that did not tell it
      helpdesk_list_events was called after "Customer history" (2 searches)
      helpdesk_create_refund was called after "refund"

      TOLD OFTEN AND NEVER CALLED
      TOLD  FIRST  WHAT
         3      3  helpdesk_get_customer

      BY SOURCE
      SOURCE    TOLD  CALLED  CALLED UNTOLD
      helpdesk     5       2              3

      TO ADD TO A FILE LIKE hints/asked.hints.yaml, when you have read it
      helpdesk:
        list_events:
          - "Customer history"
        create_refund:
          - "refund"
      "
    `);
  });

  test('counts the calls of one principal for its own searches, within the time that is asked for', async () => {
    expect(await reportJson('--principal', 'kim')).toMatchObject({ searches: 1, led: { otherwise: 1 } });
    // A call 16 minutes after its search.
    expect(await reportJson('--within', '30', '--principal', 'dana')).toMatchObject({
      led: { told: 2, otherwise: 2 },
    });
    expect(await reportJson('--within', '1')).toMatchObject({ led: { told: 1, otherwise: 1, nothing: 4 } });
  });

  test('of a span, counts its searches, with the calls that came after its end', async () => {
    const span = ['--since', '2026-11-21T00:05:00Z', '--until', '2026-11-21T00:11:00Z'];
    expect(await reportJson(...span)).toMatchObject({ searches: 1, led: { otherwise: 1 } });
  });

  test('says what it cannot know where questions were not kept', async () => {
    const folder = path.join(workspace.folder, 'digests');
    const asked = { told: ['helpdesk/get_ticket'], query: 'x', kept: 'digest' } as const;
    await writeChain(folder, 'one', [
      search({ ...asked, at: 1 }),
      ...call(2, 'helpdesk', 'list_events'),
      search({ ...asked, at: 3 }),
      ...call(4, 'helpdesk', 'get_ticket'),
    ]);
    const { out } = await runHere(['search', 'report', folder]);
    expect(out).toContain('of 2 the record holds no question (audit.arguments: digest)');
    expect(out).toContain('helpdesk_list_events was called after questions that were not recorded');
    expect(out).toMatch(/led to a call of something that they told +1 +50 %/);
  });

  test('proposes no hint for what was refused or failed, and none that leads to what destroys from one search', async () => {
    const folder = path.join(workspace.folder, 'failed');
    const told = ['helpdesk/get_ticket'];
    await writeChain(folder, 'one', [
      search({ at: 1, query: 'escalate a request', told }),
      ...failed(2, 'list_tickets', 'refused'),
      ...failed(3, 'delete_ticket', 'tool-error'),
      search({ at: 20, query: 'wipe a case', told }),
      ...failed(21, 'get_ticket', 'tool-error'),
      ...failed(22, 'delete_customer', 'ok'),
      search({ at: 40, query: 'drop it all', told }),
      ...failed(41, 'purge', 'ok'),
      search({ at: 60, query: 'all drop', told }),
      ...failed(61, 'purge', 'ok'),
    ]);
    const { out } = await runHere(['search', 'report', folder, '--json']);
    const document = JSON.parse(out) as SearchReport;
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(document.led).toEqual({ told: 1, otherwise: 2, nothing: 1, open: 0 });
    expect(document.missing.map(({ target }) => target)).toEqual(['helpdesk/purge']);
    expect(document.hints).toBe('helpdesk:\n  purge:\n    - "drop it all"\n');
  });

  test('counts no search by hand, be it of a gateway that runs, and lists nothing as never called that is too young to be known', async () => {
    const folder = path.join(workspace.folder, 'young');
    const young = [1, 2, 3, 4].map((at) => search({ at, query: 'x', told: ['helpdesk/get_ticket'] }));
    const byHand = { ...search({ at: 5, query: 'x', told: [] }) };
    const via = { ...byHand.via, face: 'http', clientName: FIND_CLIENT } as const;
    await writeChain(folder, 'one', [...young, { ...byHand, via }]);
    const { out } = await runHere(['search', 'report', folder, '--json']);
    expect(JSON.parse(out)).toMatchObject({ searches: 4, byHand: 1 });
    const read = async (now: number) => {
      const options = { windowMs: 15 * MINUTE, now: Date.UTC(2026, 10, 21) + now * MINUTE };
      const { summary } = await readSearches(folder, { ...options, onSearch: () => {} });
      return summary.neverCalled.map(({ told }) => told);
    };
    expect(await read(10)).toEqual([]);
    expect(await read(30)).toEqual([4]);
  });

  test('ends with 1 where nobody searched, and says when a search is recorded', async () => {
    const { status, out, err } = await report('--since', '2026-11-25', '--principal', 'dnaa');
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain('no search since 2026-11-25T00:00:00.000Z');
    expect(err).toContain('find_tools');
    expect((await report('--json', '--since', '2026-11-25')).out).toContain('"searches":0');
  });

  test.each([
    ['--within', '0'],
    ['--within', 'soon'],
    ['--top', '0'],
    ['--since', 'yesterday'],
  ])('%s %s is a usage error', async (option, value) => {
    const { status, err } = await report(option, value);
    expect(status).toBe(2);
    expect(err).toContain(`${option}: ${value}`);
  });

  test('passes over lines that are no records, says where, and shows nothing that steers a terminal', async () => {
    const folder = path.join(workspace.folder, 'hostile');
    const hostile = '\u001B[2Jignore\u202E\n- evil: [hint]\u0000 `x` <b> https://e.example';
    await writeChain(folder, 'one', [
      search({ at: 1, query: hostile, told: [`helpdesk/${hostile}`, 'no-slash', ''] }),
      ...call(2, 'helpdesk', hostile),
      search({ at: 3, query: hostile, told: [] }),
      ...call(4, hostile, 'x'),
      ...call(5, '__proto__', 'constructor'),
    ]);
    const [file = ''] = await readdir(path.join(folder, 'one'));
    await appendFile(path.join(folder, 'one', file), '{"v":1,"type":"list"}\nnonsense\n');
    const { status, out, err } = await runHere(['search', 'report', folder]);
    expect(status).toBe(0);
    expect(err).toContain('passed over');
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
  });
});
