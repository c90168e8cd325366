import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { RecordEntry } from '../../src/audit/record.ts';
import { at, writeChain, type Timed } from '../audit-read/support.ts';
import type { Outcome } from '../support/command-line.ts';
import { createFolder } from '../support/gateway.ts';
import { runHere } from '../support/in-process.ts';

export const CHAIN = 'http-20261121T000000Z-4f2a9c';
export const CALL = '47d80772-87c7-47cf-81b1-5bcc407efccd';
export const SCRIPT = '5c000000-0000-4000-8000-000000000001';

const principal = {
  issuer: 'config',
  subject: 'agent',
  team: 'support',
  groups: [],
  scopes: ['helpdesk:read'],
  key: 'ci',
};
const via = {
  face: 'http',
  era: 'legacy',
  session: 's-1',
  clientName: 'claude-code',
  clientVersion: '2.1',
  ip: '127.0.0.1',
} as const;
export const digest = `sha256:${'a'.repeat(64)}`;

export function begin(
  call: string,
  milliseconds: number,
  name: string,
  more: Partial<RecordEntry> = {},
): Timed {
  return {
    type: 'call.intent',
    call,
    principal,
    via: { ...via, endpoint: '/mcp/support' },
    target: { kind: 'tool', source: 'helpdesk', name, access: 'read' },
    decision: { effect: 'permit', rules: ['helpdesk/scope:helpdesk:read'] },
    args: { digest, masked: { limit: 3 } },
    at: milliseconds,
    ...more,
  };
}

/** What one agent did in one session, and what others were refused. */
export const ENTRIES: readonly Timed[] = [
  { type: 'config', detail: { change: 'start', version: '0.1.0' }, at: 0 },
  { type: 'signin', principal, via, at: 900 },
  { type: 'list', principal, via, detail: { list: 'tools', endpoint: '/mcp', count: 10, digest }, at: 950 },
  begin(CALL, 1_000, 'list_tickets'),
  {
    type: 'call.outcome',
    call: CALL,
    result: { status: 'ok', code: 200, ms: 46.6, bytes: 11_231, digest, upstreamId: 'desk-1' },
    cost: { nanoUsd: 2_000_000 },
    at: 1_047,
  },
  {
    ...begin('3a7e2437-0107-4168-8280-ef7abd0dc13e', 2_000, 'delete_ticket'),
    type: 'call.refused',
    target: { kind: 'tool', source: 'helpdesk', name: 'delete_ticket', access: 'destructive' },
    decision: { effect: 'deny', rules: ['helpdesk/no-deletes'], reason: 'rule' },
    args: { digest, masked: { id: 'T-1040' } },
    result: { status: 'refused', code: 'POLICY_DENIED' },
  },
  begin('d1000000-0000-4000-8000-000000000001', 600_000, 'get_ticket', { parent: SCRIPT }),
  {
    type: 'call.outcome',
    call: 'd1000000-0000-4000-8000-000000000001',
    result: { status: 'upstream-error', code: 503, ms: 12 },
    at: 600_020,
  },
  begin('d2000000-0000-4000-8000-000000000002', 600_100, 'get_customer', { parent: SCRIPT }),
  {
    ...begin('e1000000-0000-4000-8000-000000000001', 700_000, 'list_tickets'),
    type: 'call.refused',
    result: { status: 'refused', code: 'LIMIT_EXCEEDED' },
    detail: { limits: ['helpdesk/month'], retryAfterMs: 5_000 },
  },
  {
    type: 'call.refused',
    via: { face: 'http', ip: '10.0.0.7' },
    result: { status: 'refused' },
    detail: { count: 120, first: at(710_000), last: at(719_000), codes: { UNAUTHENTICATED: 120 } },
    at: 720_000,
  },
  { type: 'checkpoint', detail: { head: { seq: 11 }, key: 'k' }, at: 800_000 },
];

/** Names that mean to steer a terminal, a spreadsheet or a reader. */
const HOSTILE = '\u001B[2J\u001B]0;owned\u0007\u009B31m\u202Egnp.exe\u2066\r\nFAKE  line\u0000';

/** A call, a refusal and a drift in which everything that somebody else chose is hostile. */
const HOSTILE_ENTRIES: readonly Timed[] = [
  begin('x1x1', 0, HOSTILE, { args: { digest, masked: { [HOSTILE]: HOSTILE } } }),
  {
    ...begin('x2x2', 10, HOSTILE),
    type: 'call.refused',
    principal: { ...principal, subject: `=HYPERLINK("http://evil")${HOSTILE}`, key: '+1', team: '@x' },
    via: { ...via, clientName: HOSTILE, session: HOSTILE },
    decision: { effect: 'deny', rules: [HOSTILE], reason: HOSTILE },
    result: { status: 'refused', code: `-2+3${HOSTILE}` },
    detail: { [HOSTILE]: HOSTILE },
  },
  { type: 'drift', principal, detail: { [HOSTILE]: [HOSTILE] }, at: 20 },
];

/** For the tests of a file: a folder with `record` ({@link ENTRIES}) and `hostile` ({@link HOSTILE_ENTRIES}), and commands that read them. */
export function useRecords() {
  let workspace: Awaited<ReturnType<typeof createFolder>>;
  const inside = (name: string): string => path.join(workspace.folder, name);
  beforeAll(async () => {
    workspace = await createFolder({});
    await writeChain(inside('record'), CHAIN, ENTRIES, 5);
    await writeChain(inside('hostile'), 'c', HOSTILE_ENTRIES);
  });
  afterAll(() => workspace[Symbol.asyncDispose]());
  return {
    inside,
    /** Runs `bailiwick audit <command> … --dir <record>`. What it says names the folder's files as if it ran in it. */
    async audit(record: string, ...args: string[]): Promise<Outcome> {
      const { status, out, err } = await runHere(['audit', ...args, '--dir', inside(record)]);
      return { status, out, err: err.replaceAll(`${workspace.folder}${path.sep}`, '') };
    },
  };
}
