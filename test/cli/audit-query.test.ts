import { describe, expect, test } from 'vitest';
import { CALL, CHAIN, digest, SCRIPT, useRecords } from './audit-record.ts';

const { audit } = useRecords();

const lines = (...text: string[]): string => `${text.join('\n')}\n`;

describe('what a person reads', () => {
  test('tail: the last entries, one line each, without the checkpoints', async () => {
    const document = await audit('record', 'tail', '-n', '2', '--json');
    expect((JSON.parse(document.out) as { entries: object[] }).entries).toHaveLength(2);
    const { status, out, err } = await audit('record', 'tail', '-n', '7');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toBe(
      lines(
        '2026-11-21T00:00:00.950Z  agent         was shown 10 tools at /mcp',
        '2026-11-21T00:00:01.000Z  agent         helpdesk_list_tickets           ok  47 ms  $0.002  {"limit":3}',
        '2026-11-21T00:00:02.000Z  agent         helpdesk_delete_ticket          refused POLICY_DENIED  helpdesk/no-deletes  {"id":"T-1040"}',
        '2026-11-21T00:10:00.000Z  agent         helpdesk_get_ticket             upstream-error 503  12 ms  {"limit":3}',
        '2026-11-21T00:10:00.100Z  agent         helpdesk_get_customer           unknown  {"limit":3}',
        '2026-11-21T00:11:40.000Z  agent         helpdesk_list_tickets           refused LIMIT_EXCEEDED  helpdesk/month  {"limit":3}',
        '2026-11-21T00:12:00.000Z  (10.0.0.7)                                    refused ×120 (UNAUTHENTICATED ×120)',
      ),
    );
  });

  test('query: one row a call, and what they come to', async () => {
    const { status, out } = await audit('record', 'query');
    expect(status).toBe(0);
    expect(out).toBe(
      lines(
        'TIME                      CALL      PRINCIPAL   TOOL                    STATUS                               MS    COST  ACCESS       DECISION  RULES',
        '2026-11-21T00:00:01.000Z  47d80772  agent       helpdesk_list_tickets   ok                                   47  $0.002  read         permit    helpdesk/scope:helpdesk:read',
        '2026-11-21T00:00:02.000Z  3a7e2437  agent       helpdesk_delete_ticket  refused POLICY_DENIED                            destructive  deny      helpdesk/no-deletes',
        '2026-11-21T00:10:00.000Z  d1000000  agent       helpdesk_get_ticket     upstream-error 503                   12          read         permit    helpdesk/scope:helpdesk:read',
        '2026-11-21T00:10:00.100Z  d2000000  agent       helpdesk_get_customer   unknown                                          read         permit    helpdesk/scope:helpdesk:read',
        '2026-11-21T00:11:40.000Z  e1000000  agent       helpdesk_list_tickets   refused LIMIT_EXCEEDED                           read         permit    helpdesk/month',
        '2026-11-21T00:12:00.000Z            (10.0.0.7)                          refused ×120 (UNAUTHENTICATED ×120)',
        '',
        '125 calls, 122 refused, 1 error, 1 without an outcome, $0.002  (2026-11-21T00:00:01.000Z to 2026-11-21T00:12:00.000Z)',
      ),
    );
  });

  test('query: a call by what the table shows of its id, and the last of several', async () => {
    const one = await audit('record', 'query', '--call', 'd1000000', '--json');
    expect(JSON.parse(one.out)).toMatchObject({ calls: [{ target: { name: 'get_ticket' } }] });
    const { err } = await audit('record', 'query', '-n', '1');
    expect(err).toBe('the last one is shown: --limit 0 shows all\n');
  });

  test('show: everything of one call, named by the beginning of its id', async () => {
    const { status, out } = await audit('record', 'show', '47d8', '--verify');
    expect(status).toBe(0);
    const text = out.replaceAll(/sha256:(?!a{64})[0-9a-f]{64}/g, 'sha256:…').replaceAll(digest, 'sha256:aaa');
    expect(text).toBe(
      lines(
        'helpdesk_list_tickets  ok',
        `  call       ${CALL}`,
        '  began      2026-11-21T00:00:01.000Z',
        '  ended      2026-11-21T00:00:01.047Z  47 ms',
        '  principal  agent; issuer config; team support; scopes helpdesk:read; key ci',
        '  via        http legacy; /mcp/support; claude-code 2.1; 127.0.0.1; session s-1',
        '  target     tool  helpdesk/list_tickets  read',
        '  decision   permit  helpdesk/scope:helpdesk:read',
        '  arguments  {"limit":3}',
        '             sha256:aaa',
        "  result     ok 200; 11231 bytes; sha256:aaa; upstream's id desk-1",
        '  cost       $0.002',
        `  records    ${CHAIN}:4  call.intent  sha256:…  as it was written`,
        `             ${CHAIN}:5  call.outcome  sha256:…  as it was written`,
      ),
    );
  });

  test('show: the calls that a script made, as a tree', async () => {
    const { status, out } = await audit('record', 'show', SCRIPT);
    expect(status).toBe(0);
    expect(out).toBe(
      lines(
        `${SCRIPT}  the call itself is not on record; it made these:`,
        '',
        '  calls made',
        '  ├─ 2026-11-21T00:10:00.000Z  helpdesk_get_ticket  upstream-error 503  12 ms  d1000000-0000-4000-8000-000000000001',
        '  └─ 2026-11-21T00:10:00.100Z  helpdesk_get_customer  unknown  d2000000-0000-4000-8000-000000000002',
      ),
    );
  });

  test('timeline: what a session did, counted and told, refusals with why', async () => {
    const { status, out } = await audit('record', 'timeline', '--session', 's-1');
    expect(status).toBe(0);
    expect(out).toBe(
      lines(
        '5 calls, 2 refused, 1 error, 1 without an outcome, $0.002  (2026-11-21T00:00:01.000Z to 2026-11-21T00:11:40.000Z)',
        '  principal  config#agent',
        '  client     claude-code 2.1',
        '  address    127.0.0.1',
        '  session    s-1',
        '  refused by helpdesk/month ×1, helpdesk/no-deletes ×1',
        '  other      list ×1, signin ×1',
        '',
        'TOOL                    ACCESS       CALLS  REFUSED  ERRORS    COST',
        'helpdesk_list_tickets   read             2        1       0  $0.002',
        'helpdesk_delete_ticket  destructive      1        1       0      $0',
        'helpdesk_get_customer   read             1        0       0      $0',
        'helpdesk_get_ticket     read             1        0       1      $0',
        '',
        '2026-11-21',
        '  agent; http legacy; claude-code 2.1; 127.0.0.1; session s-1',
        '  00:00:00.900Z  signed in with key ci',
        '  00:00:00.950Z  was shown 10 tools at /mcp',
        '  00:00:01.000Z  helpdesk_list_tickets  {"limit":3}  ok  47 ms  $0.002  47d80772',
        '  00:00:02.000Z  helpdesk_delete_ticket  {"id":"T-1040"}  REFUSED POLICY_DENIED  helpdesk/no-deletes  3a7e2437',
        '  … 10 minutes without a record',
        '  00:10:00.000Z  └ helpdesk_get_ticket  {"limit":3}  upstream-error 503  12 ms  d1000000',
        '  00:10:00.100Z  └ helpdesk_get_customer  {"limit":3}  unknown  d2000000',
        '  00:11:40.000Z  helpdesk_list_tickets  {"limit":3}  REFUSED LIMIT_EXCEEDED  helpdesk/month  e1000000',
      ),
    );
  });

  test.each([
    [['tail', '-n', '10']],
    [['query']],
    [['query', '--json']],
    [['query', '--ndjson']],
    [['show', 'x1x1']],
    [['show', 'c:2', '--verify']],
    [['timeline', '--principal', '*']],
    [['timeline', '--principal', '*', '--json']],
  ])('%j shows nothing that steers a terminal or hides text', async (args) => {
    const { out, err } = await audit('hostile', ...args);
    expect((out + err).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(out).not.toMatch(/^FAKE/m);
  });
});
