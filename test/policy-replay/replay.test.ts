import { appendFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFolder } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';
import { writeChain } from '../audit-read/support.ts';
import { CONFIG, recorded, type Recorded } from './past.ts';

interface Report {
  readonly totals: Record<string, number>;
  readonly different: readonly Group[];
  readonly unclear: readonly Group[];
  readonly aside: readonly { why: string; calls: number }[];
  readonly notes: readonly string[];
}

interface Group {
  readonly principal: string;
  readonly target: string;
  readonly isGone: boolean;
  readonly before: { effect: string; rules: string[] };
  readonly after: { effects: string[]; rules: string[]; unknown: { rule: string; reads: string[] }[] };
  readonly calls: number;
  readonly first: string;
  readonly last: string;
  readonly example?: string;
}

let workspace: Awaited<ReturnType<typeof createFolder>>;
beforeAll(async () => {
  workspace = await createFolder({ 'bailiwick.yaml': CONFIG, 'policies/desk.policy.yaml': 'policy: desk\n' });
});
afterAll(() => workspace[Symbol.asyncDispose]());

let counter = 0;

/** Replays calls under the rules of one policy file, named `desk`. */
async function replay(rules: string, calls: readonly Recorded[], ...args: string[]) {
  counter += 1;
  const policy = `proposed-${counter}.policy.yaml`;
  await workspace.write(policy, `policy: desk\nrules:\n${rules}\n`);
  const dir = path.join(workspace.folder, `audit-${counter}`);
  await writeChain(dir, 'c', calls.map(recorded));
  const file = path.join(workspace.folder, policy);
  const outcome = await runWith(workspace.folder, ['policy', 'replay', file, '--dir', dir, ...args]);
  return { ...outcome, dir, report: () => JSON.parse(outcome.out) as Report };
}

const rule = (when?: string, more = ''): string =>
  `  - { id: refunds, effect: permit, what: { source: helpdesk }${more}${when === undefined ? '' : `, when: '${when}'`} }`;

/** What is found about one call under one condition. */
const doubt = async (when: string, call: Omit<Recorded, 'call' | 'at'>): Promise<Report> =>
  (await replay(rule(when), [{ call: 'a', at: 0, ...call }], '--json')).report();

describe('policy replay', () => {
  test('says that nothing differs where nothing does, and answers yes', async () => {
    const { status, out } = await replay(rule(), [
      { call: 'a', at: 0 },
      { call: 'b', at: 1 },
    ]);
    expect(status).toBe(0);
    expect(out).toBe('2 calls: 2 the same, 0 different, 0 that cannot be told\n');
  });

  test('does not claim to know of what the record hides a part of the name', async () => {
    const target = { kind: 'resource', source: 'helpdesk', name: 'file:///a/[secret]/b' } as const;
    const rules = `${rule()}\n  - { id: closed, effect: deny, what: { resource: "file:///a/hidden/*" } }`;
    const { status, report } = await replay(rules, [{ call: 'a', at: 0, target }], '--json');
    expect([status, report().totals['calls'], report().aside]).toEqual([
      0,
      0,
      [{ why: 'of what the record keeps a part of its name to itself', calls: 1 }],
    ]);
  });

  test('shows what would be decided differently, grouped, with the rules then and now', async () => {
    const { status, out, report } = await replay(
      rule('args.amount <= 100'),
      [
        { call: 'a', at: 0, args: { amount: 50 } },
        { call: 'b', at: 1_000, args: { amount: 500 } },
        { call: 'c', at: 2_000, args: { amount: 900 } },
        {
          call: 'd',
          at: 3_000,
          args: { amount: 10 },
          decision: { effect: 'deny', rules: ['desk/never'], reason: 'rule' },
        },
      ],
      '--json',
    );
    expect(status).toBe(1);
    expect(report()).toMatchObject({
      totals: { calls: 4, same: 1, different: 3, unclear: 0, gone: 0, byOtherRules: 0 },
      different: [
        {
          principal: 'config#ada',
          target: 'helpdesk_create_refund',
          before: { effect: 'permit', rules: ['desk/refunds'] },
          after: { effects: ['deny'], rules: [] },
          calls: 2,
          first: '2026-11-21T00:00:01.000Z',
          last: '2026-11-21T00:00:02.000Z',
          example: 'c',
        },
        { before: { effect: 'deny' }, after: { effects: ['permit'], rules: ['desk/refunds'] }, calls: 1 },
      ],
    });
    expect(out).not.toContain('\u001B');
  });

  test('is told to people with what decided then and what decides now', async () => {
    const { status, out, err } = await replay(rule('args.amount <= 100'), [
      { call: 'b', at: 1_000, args: { amount: 500 } },
      { call: 'd', at: 3_000, args: { amount: 10 } },
      { call: 'e', at: 4_000, args: { amount: 10 }, code: 'LIMIT_EXCEEDED' },
    ]);
    expect(status).toBe(1);
    expect(out).toBe(
      [
        '1 call would be decided differently',
        '  permit -> deny  helpdesk_create_refund  as config#ada: 1 call, 2026-11-21T00:00:01.000Z, e.g. call b',
        '      then: permitted by desk/refunds',
        '      now:  nothing permits it',
        '',
        '2 calls: 1 the same, 1 different, 0 that cannot be told',
        'not decided again: 1 call refused with LIMIT_EXCEEDED',
        '',
      ].join('\n'),
    );
    expect(err).toContain('the record holds no claims: principals of the configuration have those of today');
  });

  describe('does not guess', () => {
    test.each<[string, string, Omit<Recorded, 'call' | 'at'>, string[]]>([
      [
        'an argument that was masked',
        'args.note != "" && args.amount <= 100',
        { args: { amount: 5, note: 'x' }, kept: 'masked', masked: { amount: 5, note: '[secret]' } },
        ['args.note'],
      ],
      [
        'arguments of which only the digest is kept',
        'args.amount <= 100',
        { args: { amount: 5 }, kept: 'digest' },
        ['args.amount'],
      ],
      [
        'claims of a caller that the configuration does not know',
        'args.amount <= principal.claims.limit',
        { issuer: 'https://id.example.com', subject: 'eve', args: { amount: 5 } },
        ['principal.claims.limit'],
      ],
      [
        'the endpoint, which records of earlier versions do not have',
        'call.endpoint == "/mcp"',
        {},
        ['call.endpoint'],
      ],
    ])('%s', async (_, when, call, reads) => {
      const { totals, unclear } = await doubt(when, call);
      expect(totals).toMatchObject({ same: 0, different: 0, unclear: 1 });
      expect(unclear[0]?.after).toEqual({
        effects: ['deny', 'permit'],
        rules: [],
        unknown: [{ rule: 'desk/refunds', reads }],
      });
    });

    test.each<[string, string, Omit<Recorded, 'call' | 'at'>]>([
      [
        'what decides is known',
        'args.amount <= 100',
        { args: { amount: 5, note: 'x' }, kept: 'masked', masked: { amount: 5, note: '[secret]' } },
      ],
      [
        'nothing was masked, as the digest says',
        'args.note == "[secret]"',
        { args: { note: '[secret]' }, kept: 'masked' },
      ],
      [
        'the configuration knows the claims',
        'args.amount <= principal.claims.limit',
        { args: { amount: 5000 } },
      ],
      ['the endpoint is in the record', 'call.endpoint == "/mcp/support"', { endpoint: '/mcp/support' }],
      ['the time is the record’s', 'now < timestamp("2026-11-21T00:00:01Z")', {}],
      ['the client is in the record', 'call.clientName == "claude-code" && call.face == "http"', {}],
    ])('but is certain where %s', async (_, when, call) => {
      expect((await doubt(when, call)).totals).toMatchObject({ same: 1, unclear: 0, different: 0 });
    });

    test('who a rule is about by claims', async () => {
      const { report } = await replay(
        rule(undefined, ', who: { groups: agents, claims: { region: emea } }'),
        [
          { call: 'a', at: 0, issuer: 'https://id.example.com', subject: 'eve' },
          { call: 'b', at: 1, issuer: 'https://id.example.com', subject: 'max', groups: [] },
          { call: 'c', at: 2 },
        ],
        '--json',
      );
      expect(report().totals).toMatchObject({ same: 0, unclear: 1, different: 2 });
      expect(report().unclear[0]?.after.unknown).toEqual([
        { rule: 'desk/refunds', reads: ['principal.claims.region'] },
      ]);
    });

    test('a denial that is certain whatever else is not', async () => {
      const { report } = await replay(
        `${rule('args.note == "x"')}\n  - { id: never, effect: deny, what: { tool: create_refund } }`,
        [{ call: 'a', at: 0, args: { note: 'x' }, kept: 'digest' }],
        '--json',
      );
      expect(report().different[0]?.after).toEqual({ effects: ['deny'], rules: ['desk/never'], unknown: [] });
    });

    test('is told to people with what stands in the way', async () => {
      const { status, out } = await replay(rule('args.amount <= 100'), [
        { call: 'a', at: 0, kept: 'digest' },
      ]);
      expect(status).toBe(0);
      expect(out).toContain('permit -> deny or permit  helpdesk_create_refund');
      expect(out).toContain('desk/refunds asks for args.amount, which the record does not hold');
    });
  });

  test('decides about a tool that is gone by what the record says of it, and says that it is gone', async () => {
    const target = { kind: 'tool', source: 'helpdesk', name: 'merge_tickets', access: 'write' } as const;
    const calls = [{ call: 'a', at: 0, target }];
    const known = await replay(rule(undefined, ''), calls, '--json');
    expect(known.report().totals).toMatchObject({ same: 1, gone: 1 });
    const tagged = await replay(
      '  - { id: refunds, effect: permit, what: { tag: tickets } }',
      calls,
      '--json',
    );
    expect(tagged.report().unclear).toMatchObject([
      { isGone: true, after: { unknown: [{ reads: ['tags, method or path of the tool'] }] } },
    ]);
  });

  test('counts apart what policy did not decide, and folded refusals', async () => {
    const dir = path.join(workspace.folder, 'apart');
    await writeChain(dir, 'c', [
      recorded({ call: 'a', at: 0 }),
      recorded({ call: 'b', at: 1, code: 'INVALID_ARGUMENTS' }),
      recorded({ call: 'c', at: 2, code: 'LIMIT_EXCEEDED' }),
      {
        type: 'call.refused',
        via: { face: 'http' },
        result: { status: 'refused' },
        detail: { count: 120, codes: { UNAUTHENTICATED: 120 } },
        at: 3,
      },
    ]);
    await appendFile(path.join(dir, 'c', (await readdir(path.join(dir, 'c')))[0] ?? ''), '{"torn\n');
    const { out, err, status } = await runWith(workspace.folder, [
      'policy',
      'replay',
      '--dir',
      dir,
      '--json',
    ]);
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      totals: { calls: 1, different: 1 },
      aside: [
        { why: 'refused with INVALID_ARGUMENTS', calls: 1 },
        { why: 'refused with LIMIT_EXCEEDED', calls: 1 },
        { why: 'refused with UNAUTHENTICATED', calls: 120 },
      ],
    });
    expect(err).toContain('passed over');
  });

  test('reads the part of the record that is asked for', async () => {
    const calls = [
      { call: 'a', at: 0 },
      { call: 'b', at: 1, name: 'list_tickets' },
      { call: 'c', at: 86_400_000, subject: 'lead' },
    ];
    const totals = async (...args: string[]) =>
      (await replay(rule(), calls, '--json', ...args)).report().totals['calls'];
    expect(await totals('--tool', 'helpdesk_list_*')).toBe(1);
    expect(await totals('--principal', 'lead')).toBe(1);
    expect(await totals('--until', '2026-11-21')).toBe(2);
    const none = await replay(rule(), calls, '--tool', 'helpdesk_lst_tickets');
    expect(none.err).toContain('no call to decide again');
    expect(none.err).toContain('did you mean');
  });

  test.each([
    [['nowhere/'], 2, 'no revisions'],
    [['--since', 'yesterday'], 2, '--since'],
    [['--dir', 'nowhere'], 2, 'nowhere'],
  ])('refuses %j', async (args, status, words) => {
    const outcome = await runWith(workspace.folder, ['policy', 'replay', ...args]);
    expect(outcome.status).toBe(status);
    expect(outcome.err).toContain(words);
  });
});
