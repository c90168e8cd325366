import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { POLICY_RESULTS_SCHEMA } from '../../src/cli/policy/results-schema.ts';
import { runWith } from '../support/in-process.ts';
import { AFTER, createRepository } from '../policy-diff/repository.ts';

const ajv = new Ajv2020({ strict: true, strictTypes: false, validateFormats: false });
ajv.addSchema(POLICY_RESULTS_SCHEMA, 'results');

test('what check, test and diff print for programs is as its schema says, in good cases and bad ones', async () => {
  await using repository = await createRepository({
    'policies/notes.test.yaml': `tests:
  - { as: dana, call: notes_list_notes, expect: permit, because: [notes/scope:notes:read], obligations: {} }
  - { name: wrong, as: [dana, erik], call: notes_delete_note, expect: permit, because: [notes/deletion-by-a-person] }
  - { as: dana, view: { shows: [notes_list_notes], hides: [notes_list_notes] } }
`,
  });
  await repository.write(
    'after/a.policy.yaml',
    `${AFTER}  - { id: idle, what: { tool: nothing }, rate: { calls: 1, per: day } }\n`,
  );
  for (const [name, args] of [
    ['check', []],
    ['test', []],
    ['test', ['--filter', 'none of them']],
    ['diff', ['HEAD']],
    [
      'diff',
      [
        `${repository.folder}/policies`,
        `${repository.folder}/after`,
        '--principal',
        '{"groups":["careful"]}',
      ],
    ],
  ] as const) {
    const { out, err } = await runWith(repository.folder, ['policy', name, ...args, '--json']);
    const validate = ajv.getSchema(`results#/$defs/${name}`);
    expect(out, err).not.toBe('');
    expect([await validate?.(JSON.parse(out)), validate?.errors]).toEqual([true, null]);
  }
});
