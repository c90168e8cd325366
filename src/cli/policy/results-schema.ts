import type { JsonSchema } from '../../catalog/json.ts';
import { ACCESS } from '../../catalog/tool.ts';
import type { Coverage } from '../../policy/coverage.ts';
import type {
  Change,
  ChangeKind,
  Entry,
  EntryTarget,
  LimitChange,
  Standing,
} from '../../policy/diff/difference.ts';
import type { NamedPrincipal } from '../../policy/diff/principals.ts';
import type { Problem } from '../../policy/problem.ts';
import type { RuleSay } from '../../policy/rule-say.ts';
import { listOf, objectOf } from '../schema-parts.ts';
import type { DifferenceDocument } from './difference/document.ts';
import type { Absence } from './offer.ts';

const TEXT: JsonSchema = { type: 'string' };
const TEXTS: JsonSchema = { type: 'array', items: TEXT };
const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
const PLACE: JsonSchema = { type: 'integer', minimum: 1 };
const OBJECT: JsonSchema = { type: 'object' };
const EFFECT: JsonSchema = { enum: ['permit', 'approve', 'deny'] };

const PROBLEM = objectOf<keyof Problem>({ file: TEXT, line: PLACE, column: PLACE, message: TEXT });
const ABSENCE = objectOf<keyof Absence>({ source: TEXT, message: TEXT });

const CHECK = objectOf({
  problems: listOf(PROBLEM, 'What cannot be meant. With any, the exit status is 1.'),
  warnings: listOf(PROBLEM, 'What may be meant, and probably is not.'),
  fromLock: listOf(ABSENCE, 'Sources of which the lock says what they offer.'),
  unknown: listOf(ABSENCE, 'Sources of which nothing is known.'),
});

const CASE = objectOf(
  {
    file: TEXT,
    line: PLACE,
    column: PLACE,
    name: TEXT,
    as: { ...TEXT, description: 'Who calls.' },
    passed: { type: 'boolean' },
    failures: listOf(TEXT, 'What is not as expected. Empty: the case passed.'),
    rules: listOf(
      objectOf<keyof RuleSay>({ id: TEXT, effect: EFFECT, say: TEXT }),
      'Of a case that failed: what each rule says of the call.',
    ),
    target: { ...TEXT, description: 'Of a call: what is called.' },
    args: OBJECT,
    at: { ...TEXT, format: 'date-time' },
    expected: objectOf({ effect: EFFECT, because: TEXTS, obligations: OBJECT }, ['because', 'obligations']),
    decided: { ...OBJECT, description: 'The decision.', properties: { effect: EFFECT, rules: TEXTS } },
    view: {
      ...objectOf({ shows: TEXTS, hides: TEXTS, narrows: TEXTS }),
      description: 'Of a view, in place of a call: the names that it is about.',
    },
  },
  ['rules', 'target', 'args', 'at', 'expected', 'decided', 'view'],
);

const TEST = objectOf({
  passed: { ...COUNT, description: 'Cases: each test, for each of its callers.' },
  failed: { ...COUNT, description: 'With any, or without any case at all, the exit status is 1.' },
  cases: listOf(CASE, 'In the order of the files.'),
  coverage: objectOf<keyof Coverage>({
    percent: { type: 'number', minimum: 0, maximum: 100, description: 'Of all rules those that decided.' },
    rules: listOf(
      objectOf<keyof Coverage['rules'][number]>({
        id: TEXT,
        cases: COUNT,
        file: TEXT,
        line: PLACE,
        column: PLACE,
      }),
      'Every rule, with the number of cases in which it decided.',
    ),
  }),
});

const STANDING = objectOf<keyof Standing>(
  {
    effect: { ...EFFECT, description: '`deny`: hidden. Where it depends, the better one.' },
    when: {
      const: 'sometimes',
      description: 'It depends on the arguments, the time or the way. Absent: always.',
    },
    approval: {
      enum: ['always', 'sometimes'],
      description: 'Whether a human has to say yes. Absent: never.',
    },
    limits: listOf(OBJECT, 'What arguments have to be, as far as a schema says it.'),
    words: { ...TEXT, description: 'What a schema does not say.' },
    obligations: listOf(OBJECT, 'What is done with the calls.'),
    approvers: { type: 'array', description: '`self`, or whom a selector means.' },
  },
  ['when', 'approval', 'limits', 'words', 'obligations', 'approvers'],
);

const CHANGES: Readonly<Record<ChangeKind, true>> = {
  shown: true,
  hidden: true,
  'more-arguments': true,
  'fewer-arguments': true,
  'other-conditions': true,
  'approval-added': true,
  'approval-removed': true,
  approvers: true,
  'obligations-added': true,
  'obligations-removed': true,
};

const ENTRY = objectOf<keyof Entry>({
  principal: { ...TEXT, description: 'One of `principals`, by its name.' },
  target: objectOf<keyof EntryTarget>({
    kind: { enum: ['tool', 'resource', 'prompt', 'model'] },
    source: TEXT,
    name: TEXT,
    access: { enum: [...ACCESS] },
  }),
  before: STANDING,
  after: STANDING,
  changes: listOf(
    objectOf<keyof Change>(
      {
        kind: { enum: Object.keys(CHANGES) },
        example: { ...OBJECT, description: 'Arguments that show it.' },
        where: { ...TEXT, description: 'What has to be beside the arguments: `now.getHours() is 18`.' },
        obligations: {
          ...OBJECT,
          description: 'What calls are obliged to now, or not any more: the members that came or went.',
        },
      },
      ['example', 'where', 'obligations'],
    ),
    'What is another.',
  ),
});

const DIFF = objectOf<keyof DifferenceDocument>({
  before: TEXT,
  after: TEXT,
  gains: listOf(ENTRY, 'What somebody may do now and might not before; and what cannot be told.'),
  losses: listOf(ENTRY, 'What somebody cannot do any more, whatever the arguments.'),
  narrowed: listOf(ENTRY, 'What somebody can still do, and not as freely; and what cannot be told.'),
  limits: listOf(
    objectOf<keyof LimitChange>(
      {
        id: TEXT,
        change: { enum: ['added', 'removed', 'changed'] },
        before: OBJECT,
        after: OBJECT,
        at: OBJECT,
      },
      ['before', 'after'],
    ),
    'Limits that came, went or say something else.',
  ),
  principals: listOf(
    objectOf<keyof NamedPrincipal>({
      name: TEXT,
      kind: { enum: ['configured', 'tested', 'given', 'archetype'] },
      principal: OBJECT,
    }),
    'Everybody who was compared.',
  ),
  targets: { ...COUNT, description: 'Over how many targets.' },
  notes: listOf(TEXT, 'What was not compared, and why.'),
});

/** JSON Schema of what the commands about policies print by `--json`, one definition for each. */
export const POLICY_RESULTS_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Bailiwick policy results',
  description:
    'What `bailiwick policy check`, `test` and `diff` print by `--json`. Later versions may add members, and take none away.',
  anyOf: [{ $ref: '#/$defs/check' }, { $ref: '#/$defs/test' }, { $ref: '#/$defs/diff' }],
  $defs: { check: CHECK, test: TEST, diff: DIFF },
};
