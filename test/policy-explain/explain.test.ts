import { afterAll, describe, expect, test } from 'vitest';
import type { Explanation } from '../../src/policy/explain/explanation.ts';
import { createFolder, DOCUMENT } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';

const CONFIG = `identity:
  local: false
  principals:
    dana: { scopes: ["notes:read"], claims: { moods: [calm] } }
sources:
  notes: { openapi: notes.yaml, url: "http://127.0.0.1:9" }
`;

const POLICY = `policy: notes
scopes:
  notes:read: { source: notes, access: read }
rules:
  - id: calm-notes
    effect: permit
    who: { groups: [writers] }
    what: { source: notes, tool: create_note }
    when: args.mood in principal.claims.moods && args.text != "spam"
  - id: by-day
    effect: permit
    who: { groups: [clerks] }
    what: { source: notes, tool: list_notes }
    when: now.getHours("UTC") < 18
  - id: at-the-desk
    effect: permit
    who: { groups: [clerks] }
    what: { source: notes, tool: create_note }
    when: args.mood == "calm" && now.getHours("UTC") < 18 && call.endpoint == "/mcp/desk"
  - { id: no-wiping, effect: deny, what: { source: notes, path: /admin/* } }
  - { id: leads-wipe, effect: permit, who: { groups: [leads] }, what: { source: notes } }
`;

describe('policy explain', async () => {
  const { folder, ...workspace } = await createFolder({
    'bailiwick.yaml': CONFIG,
    'notes.yaml': DOCUMENT,
    'policies/notes.policy.yaml': POLICY,
    'policies/notes.test.yaml':
      'principals:\n  wren: { groups: [writers], claims: { moods: [calm] } }\n  clerk: { groups: [clerks] }\n',
  });
  afterAll(() => workspace[Symbol.asyncDispose]());
  const explain = (...args: readonly string[]) => runWith(folder, ['policy', 'explain', ...args]);
  const listAt = (hour: string, ...more: readonly string[]) =>
    explain('notes_list_notes', '--as', 'clerk', '--at', `2026-11-20T${hour}:00:00Z`, ...more);
  const explained = async (...args: readonly string[]): Promise<Explanation & { status: number | null }> => {
    const { status, out } = await explain(...args, '--json');
    return { status, ...(JSON.parse(out) as Explanation) };
  };

  test('names the part of a condition that decides, with its values and its place', async () => {
    const found = await explained(
      'notes_create_note',
      '--as',
      'wren',
      '--args',
      '{"text":"hi","mood":"busy"}',
    );
    expect(found).toMatchObject({ status: 1, decision: { effect: 'deny', reason: 'no-rule', rules: [] } });
    const rule = found.rules.find(({ id }) => id === 'notes/calm-notes');
    expect(rule).toMatchObject({
      matches: 'no',
      at: { file: expect.stringContaining('notes.policy.yaml'), line: 5 },
      condition: {
        verdict: 'false',
        reasons: [
          {
            text: 'args.mood in principal.claims.moods',
            at: { start: 0, end: 35 },
            values: [
              { name: 'args.mood', state: 'known', value: 'busy' },
              { name: 'principal.claims.moods', state: 'known', value: ['calm'] },
            ],
          },
        ],
      },
    });
    // And says which call would be permitted.
    expect(found.example).toMatchObject({ mood: 'calm' });
    const again = await explained(
      'notes_create_note',
      '--as',
      'wren',
      '--args',
      JSON.stringify(found.example),
    );
    expect([again.status, again.decision?.effect]).toEqual([0, 'permit']);
  });

  test('without arguments it says what calls are permitted, and what is seen', async () => {
    const found = await explained('notes_create_note', '--as', 'wren');
    expect(found).toMatchObject({ status: 0, outlook: 'sometimes', standing: { effect: 'permit' } });
    expect(found.standing.limits).toEqual(
      expect.arrayContaining([expect.objectContaining({ path: ['mood'], required: true })]),
    );
    const { out } = await explain('notes_create_note', '--as', 'wren');
    expect(out).toContain('notes_create_note for wren: permitted for some calls');
    expect(out).toContain('what is left of it: args.mood in ["calm"] && args.text != "spam"');
    expect(out).toMatch(/other arguments, for example \{.*"mood":"calm"/);
  });

  test('a time is that of the calls that are asked about, with arguments or without', async () => {
    const [day, night] = [await listAt('10'), await listAt('22')];
    expect([day.status, day.out]).toEqual([
      0,
      expect.stringContaining(' at 2026-11-20T10:00:00.000Z: always'),
    ]);
    expect([night.status, night.out]).toEqual([1, expect.stringContaining(': never permitted\n')]);
    expect(night.out).not.toMatch(/not known yet|hidden|other arguments/);
    expect(night.out).toContain('shown, with');
    expect(night.out).toContain('now = 2026-11-20T22:00:00.000Z');
    for (const { out } of [
      night,
      await listAt('22', '--args', '{}'),
      await explain('notes_list_notes', '--as', 'clerk'),
    ]) {
      expect(out).toMatch(/WHAT WOULD BE NEEDED\n {2}another time .*now\.getHours/);
      expect(out).not.toContain('other arguments');
    }
  });

  test('says which parts of a call would have to be others', async () => {
    const other = async (args: object, time: string, ...more: readonly string[]) => {
      const given = ['--as', 'clerk', '--at', time, '--args', JSON.stringify(args), ...more];
      const found = await explained('notes_create_note', ...given);
      return found.other?.map(({ parts }) => parts.join());
    };
    const [day, night] = ['2026-11-20T10:00:00Z', '2026-11-20T22:00:00Z'];
    const way = ['--via', 'endpoint=/mcp/desk'];
    const [calm, busy] = ['calm', 'busy'].map((mood) => ({ text: 'hi', mood }));
    expect(await other(calm!, day, ...way)).toBeUndefined();
    expect(await other(busy!, day, ...way)).toEqual(['args']);
    expect(await other(calm!, night, ...way)).toEqual(['now']);
    expect(await other(calm!, day)).toEqual(['call']);
    expect(await other(busy!, night)).toEqual(['args,now,call']);
    const any = await explained('notes_create_note', '--as', 'clerk');
    expect(any.other?.map(({ parts }) => parts)).toEqual([['args', 'now', 'call']]);
    const { out } = await explain('notes_create_note', '--as', 'clerk');
    expect(out).toMatch(
      /other arguments, another time and another way to call \(--via\), for example \{.*"calm"/,
    );
  });

  test('says what a caller lacks, and that nothing helps where a deny stands', async () => {
    const found = await explained('notes_create_note', '--as', 'dana');
    expect(found).toMatchObject({ status: 1, outlook: 'never' });
    expect(
      found.remedies.map(({ needs, opens }) => [needs.map(({ member, wanted }) => [member, wanted]), opens]),
    ).toEqual([
      [[['groups', ['clerks']]], 'sometimes'],
      [[['groups', ['writers']]], 'sometimes'],
      [[['groups', ['leads']]], 'always'],
    ]);
    const wipe = await explain('notes_wipe', '--principal', '{"groups":["leads"]}');
    expect(wipe.status).toBe(1);
    expect(wipe.out).toContain(
      'nothing that a caller could have more opens it, while notes/no-wiping denies it',
    );
  });

  test('an error of a condition is named, and errors deny', async () => {
    const { rules, decision } = await explained(
      'notes_create_note',
      '--principal',
      '{"groups":["writers"]}',
      '--args',
      '{"text":"x","mood":"calm"}',
    );
    expect(decision?.effect).toBe('deny');
    expect(rules.find(({ id }) => id === 'notes/calm-notes')?.condition).toMatchObject({
      verdict: 'error',
      reasons: [
        {
          verdict: 'error',
          values: expect.arrayContaining([{ name: 'principal.claims.moods', state: 'absent' }]),
        },
      ],
    });
  });

  test('scopes can be added, and all that somebody may do is listed', async () => {
    const none = await explain('notes_list_notes', '--as', 'wren');
    const added = await explain('notes_list_notes', '--as', 'wren', '--scope', 'notes:read');
    expect([none.status, added.status]).toEqual([1, 0]);
    const { out, status } = await explain('--as', 'dana');
    expect([status, out]).toEqual([0, expect.stringContaining('dana may use 1 of 4 targets')]);
  });

  test.each([
    ['a tool that is not there', ['notes_creat_note', '--as', 'dana'], /did you mean `?notes_create_note/],
    ['a name without its source', ['create_note', '--as', 'dana'], /did you mean notes_create_note/],
    ['nobody', ['notes_wipe'], /say who calls: --as dana \| wren \| clerk/],
    ['somebody unknown', ['notes_wipe', '--as', 'danna'], /did you mean dana/],
    ['two targets', ['notes_wipe', '--model', 'm', '--as', 'dana'], /one at a time/],
    ['arguments of nothing', ['--as', 'dana', '--args', '{}'], /say what is called/],
    ['an odd way', ['notes_wipe', '--as', 'dana', '--via', 'door=back'], /--via: door=back is none of/],
    ['no time', ['notes_wipe', '--as', 'dana', '--at', 'noon'], /--at: noon is no time/],
  ])('refuses %s, and says what to do', async (_, args, message) => {
    const { status, err } = await explain(...args);
    expect(status).toBe(2);
    expect(err).toMatch(message);
  });
});

test('a condition that is written over several lines is told on one', async () => {
  await using workspace = await createFolder({
    'bailiwick.yaml':
      'sources:\n  notes: { openapi: notes.yaml, url: "http://127.0.0.1:9" }\nidentity: { principals: { dana: {} } }\n',
    'notes.yaml': DOCUMENT,
    'policies/notes.policy.yaml':
      'policy: notes\nrules:\n  - id: own\n    effect: permit\n    when: |\n      call.face == "cli" &&\n      call.era == "modern"\n',
  });
  const args = ['policy', 'explain', 'notes_list_notes', '--as', 'dana', '--args', '{}'];
  const { out } = await runWith(workspace.folder, args);
  expect(out).toContain('does not hold: call.face == "cli" && call.era == "modern"\n');
});
