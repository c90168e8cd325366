import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeChain, type Timed } from '../audit-read/support.ts';
import { createFolder } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';
import { CONFIG, recorded, type Recorded } from '../policy-replay/past.ts';

const POLICY = `policy: desk
scopes:
  never:used: { source: helpdesk, tag: articles }
rules:
  - { id: reads, effect: permit, what: { source: helpdesk, tool: [list_tickets, get_ticket, get_customer] } }
  - id: refunds
    effect: permit
    what: { source: helpdesk, tool: create_refund }
    when: args.amount <= 5000
    obligations: { mask: [/iban] }
  - { id: large, effect: approve, what: { tool: create_refund }, when: args.amount > 1000, approvers: { groups: leads } }
  - { id: stays, effect: deny, what: { tool: delete_ticket } }
`;

const reads = { effect: 'permit', rules: ['desk/reads'] } as const;
const CALLS: readonly Recorded[] = [
  { call: 'a', at: 0, name: 'list_tickets', args: { status: 'open' }, decision: reads },
  { call: 'b', at: 1, name: 'list_tickets', args: { status: 'solved' }, subject: 'bob', decision: reads },
  { call: 'c', at: 86_400_000, name: 'get_ticket', args: { ticketId: 'T-1' }, decision: reads },
  {
    call: 'd',
    at: 2,
    args: { amount: 4_711 },
    decision: { effect: 'approve', rules: ['desk/large', 'desk/refunds'] },
  },
  { call: 'e', at: 3, args: { amount: 12 } },
  {
    call: 'f',
    at: 4,
    args: { amount: 9_000 },
    subject: 'bob',
    decision: { effect: 'deny', rules: [], reason: 'no-rule' },
  },
  {
    call: 'g',
    at: 5,
    name: 'delete_ticket',
    decision: { effect: 'deny', rules: ['desk/stays'], reason: 'rule' },
  },
  { call: 'h', at: 6, name: 'get_customer', decision: reads, code: 'LIMIT_EXCEEDED' },
  { call: 'i', at: 7, subject: 'cid', groups: [], team: 'red', name: 'get_ticket', decision: reads },
  { call: 'j', at: 8, name: 'get_customer', args: { customerId: '..' }, decision: reads },
];
const UNSENT: Timed = {
  type: 'call.outcome',
  call: 'j',
  at: 9,
  result: { status: 'unknown', code: 'INVALID_ARGUMENTS' },
};

let workspace: Awaited<ReturnType<typeof createFolder>>;
beforeAll(async () => {
  workspace = await createFolder({ 'bailiwick.yaml': CONFIG, 'policies/desk.policy.yaml': POLICY });
  await writeChain(
    path.join(workspace.folder, 'audit'),
    'c',
    [...CALLS.map(recorded), UNSENT].toSorted((a, b) => a.at - b.at),
  );
});
afterAll(() => workspace[Symbol.asyncDispose]());

const suggest = (...args: string[]) => runWith(workspace.folder, ['policy', 'suggest', ...args]);

describe('policy suggest', () => {
  test('writes the least that was used, with what is kept, and what was not used', async () => {
    const { status, out, err } = await suggest('--arguments', 'status');
    expect({ status, err }).toEqual({
      status: 0,
      err: '1 call left out: permitted, and never sent, as no request could be made of the arguments\n',
    });
    expect(out).toMatchInlineSnapshot(`
      "# yaml-language-server: $schema=../node_modules/bailiwick/policies/policy.schema.json
      #
      # What the record needs: 5 permitted calls and 1 that was refused for want of an approval from 2026-11-21T00:00:00.000Z to 2026-11-22T00:00:00.000Z.
      # Made by \`bailiwick policy suggest\`; what was not used is not in it, and limits are not part of it.
      # See what it would change before it takes the place of another: bailiwick policy replay <this file>
      policy: suggested

      rules:
        # 2 calls (1 not approved) of 1 caller, the last on 2026-11-21; as desk/refunds says it.
        - id: ada-helpdesk
          effect: permit
          who: { subject: [ada], issuer: [config] }
          what:
            source: helpdesk
            tool:
              - create_refund # 2 calls (1 not approved), last 2026-11-21
          when: 'args.amount <= 5000'
          obligations: {"mask":["/iban"]}

        # 2 calls (1 not approved) of 1 caller, the last on 2026-11-21; as desk/large says it.
        - id: ada-helpdesk-approval
          effect: approve
          who: { subject: [ada], issuer: [config] }
          what:
            source: helpdesk
            tool:
              - create_refund # 2 calls (1 not approved), last 2026-11-21
          when: 'args.amount > 1000'
          approvers: { groups: [leads] }

        # 1 call of 1 caller, the last on 2026-11-22.
        - id: agents-helpdesk
          effect: permit
          who: { groups: [agents] }
          what:
            source: helpdesk
            tool:
              - get_ticket # 1 call, last 2026-11-22

        # 1 call of 1 caller, the last on 2026-11-21.
        - id: red-helpdesk
          effect: permit
          who: { team: [red] }
          what:
            source: helpdesk
            tool:
              - get_ticket # 1 call, last 2026-11-21

        # 2 calls of 2 callers, the last on 2026-11-21.
        - id: agents-helpdesk-2
          effect: permit
          who: { groups: [agents] }
          what:
            source: helpdesk
            tool:
              - list_tickets # 2 calls, last 2026-11-21
          when: 'args.status in ["open", "solved"]'

      # Permitted today, and not used in this time: could be removed.
      # - desk/reads, of it: helpdesk/get_customer
      # - desk/scope:never:used, all of it: helpdesk/create_article, helpdesk/get_article, helpdesk/search_articles
      "
    `);
  });

  test('is written where it is asked for, is read again, and would change nothing for what was permitted', async () => {
    const file = path.join(workspace.folder, 'suggested.policy.yaml');
    const written = await suggest('--output', file);
    expect(written).toMatchObject({ status: 0, out: '' });
    expect(written.err).toContain('for 5 permitted calls and 1 that was refused for want of an approval');
    const again = await suggest('--output', file);
    expect(again).toMatchObject({ status: 2 });
    expect(again.err).toContain('is there already; --force writes over it');
    expect(await suggest('--output', file, '--force')).toMatchObject({ status: 0 });
    expect(await readFile(file, 'utf8')).toMatch(/^# yaml-language-server: \$schema=/);
    const { status, out } = await runWith(workspace.folder, ['policy', 'replay', file]);
    expect({ status, out }).toEqual({
      status: 0,
      out: expect.stringContaining(
        '8 calls: 8 the same (7 of them by other rules), 0 different, 0 that cannot be told',
      ) as string,
    });
  });

  test('is one document for programs', async () => {
    const { out } = await suggest('--json', '--by', 'subject');
    const { policy, rules, unused, span } = JSON.parse(out) as Record<string, unknown>;
    expect(policy).toContain('policy: suggested');
    expect(span).toEqual({
      first: '2026-11-21T00:00:00.000Z',
      last: '2026-11-22T00:00:00.000Z',
      calls: 5,
      asked: 1,
    });
    expect(rules).toContainEqual(
      expect.objectContaining({
        id: 'bob-helpdesk',
        who: { subject: ['bob'], issuer: ['config'] },
        effect: 'permit',
      }),
    );
    expect(unused).toContainEqual({ rule: 'desk/reads', isWhole: false, tools: ['helpdesk/get_customer'] });
  });

  test('for programs there is a document, also where there is nothing to suggest', async () => {
    const args = ['policy', 'suggest', '--dir', `${workspace.folder}/audit`, '--tool', 'nothing', '--json'];
    const { status, out } = await runWith(workspace.folder, args);
    expect([status, JSON.parse(out)]).toEqual([1, expect.objectContaining({ policy: '', rules: [] })]);
  });

  test.each([
    [['--by', 'colour'], 2, '--by: colour is none of scope, group, team, subject'],
    [['--arguments', 'a-b'], 2, '--arguments: a-b is no argument'],
    [['--name', 'a b'], 2, '--name: a b must be'],
    [['--tool', 'nothing'], 1, 'no permitted call, so there is nothing to suggest'],
  ])('refuses %j', async (args, status, words) => {
    const outcome = await suggest(...args);
    expect(outcome.status).toBe(status);
    expect(outcome.err).toContain(words);
  });
});
