import { isJsonObject, type JsonSchema } from '../../catalog/json.ts';
import { RECORD_SCHEMA } from '../record-schema.ts';
import type { Call } from './call.ts';
import type { Totals } from './totals.ts';

const MEMBERS = isJsonObject(RECORD_SCHEMA['properties']) ? RECORD_SCHEMA['properties'] : {};

/** A member as records have it. */
function recorded(name: string): JsonSchema {
  const schema = MEMBERS[name];
  return isJsonObject(schema) ? schema : {};
}

const COUNT: JsonSchema = { type: 'integer', minimum: 0 };

/** A later version may add members. */
function objectOf<Members extends string>(
  properties: Record<Members, JsonSchema>,
  optional: readonly NoInfer<Members>[],
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.some((one) => one === name));
  return { type: 'object', properties, required };
}

const CALL = objectOf<keyof Call>(
  {
    time: { ...recorded('time'), description: 'When it began: RFC 3339, UTC, milliseconds.' },
    chain: recorded('chain'),
    seq: { ...recorded('seq'), description: 'The record that began it: its intent, or its refusal.' },
    call: recorded('call'),
    parent: recorded('parent'),
    refused: { type: 'boolean', description: 'Whether it was refused before it began: nothing was sent.' },
    outcome: {
      ...objectOf({ seq: recorded('seq'), time: recorded('time') }, []),
      description: 'The record that ended it. Absent for a refusal, and where none was written.',
    },
    principal: recorded('principal'),
    via: recorded('via'),
    target: recorded('target'),
    shown: { type: 'string', description: 'The target as callers of /mcp name it.' },
    decision: recorded('decision'),
    policy: recorded('policy'),
    catalog: recorded('catalog'),
    args: recorded('args'),
    result: {
      ...recorded('result'),
      description: 'Of its outcome or its refusal. Without an outcome, the status is unknown.',
    },
    cost: recorded('cost'),
    detail: recorded('detail'),
  },
  [
    'call',
    'parent',
    'outcome',
    'principal',
    'via',
    'target',
    'shown',
    'decision',
    'policy',
    'catalog',
    'args',
    'cost',
    'detail',
  ],
);

const SUMMARY = objectOf<keyof Totals>(
  {
    calls: {
      ...COUNT,
      description: 'All calls that match. Refusals that were folded into one record count each.',
    },
    ok: COUNT,
    refused: { ...COUNT, description: 'Refused before they began.' },
    errors: { ...COUNT, description: 'Carried out, and neither ok nor without an outcome.' },
    unknown: { ...COUNT, description: 'Without an outcome: under way, or ended with their process.' },
    nanoUsd: COUNT,
    inputTokens: COUNT,
    outputTokens: COUNT,
    shadowGains: {
      ...COUNT,
      description: 'The shadow policies would let them go further: permitted, or after an approval.',
    },
    shadowLosses: {
      ...COUNT,
      description: 'The shadow policies would not let them go as far: denied, or after an approval.',
    },
    shadowChanges: {
      ...COUNT,
      description: 'As far under the shadow policies, by other rules or with other obligations.',
    },
    first: { ...recorded('time'), description: 'When the first began.' },
    last: { ...recorded('time'), description: 'When the last began.' },
  },
  ['first', 'last'],
);

/** JSON Schema of what `bailiwick audit query --json` prints. */
export const CALLS_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'bailiwick audit query --json',
  description:
    'Calls of the audit record, in the order in which they began. A later version may add members.',
  ...objectOf({ calls: { type: 'array', items: CALL }, summary: SUMMARY }, []),
};
