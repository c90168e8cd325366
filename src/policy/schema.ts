import { z } from 'zod';
import { LimitEntry } from './limit-schema.ts';
import { Rule } from './rule-schema.ts';
import { Name, Whats } from './selector-schema.ts';

/** One policy file. Strict: what it does not know it refuses, for a rule that is ignored is a rule that fails open. */
export const PolicyFile = z
  .strictObject({
    policy: Name.meta({ description: 'Names the policy; unique among all files. Rule ids begin with it.' }),
    scopes: z
      .record(
        z
          .string()
          .regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, { error: 'must be a scope: printable, without spaces' }),
        Whats,
      )
      .default({})
      .meta({
        description:
          'What each scope opens: for callers that have the scope, a permit for the selector, or for any of a list of selectors.',
      }),
    rules: z.array(Rule).default([]).meta({
      description:
        'Rules. Their order does not matter: a deny wins over an approve, an approve over a permit, and what nothing permits is denied.',
    }),
    visibility: z.enum(['hidden', 'step-up']).default('hidden').meta({
      description:
        'Whether callers are told that a further scope would open what they call. `hidden`: they are not, it does not exist for them. `step-up`: a call of what a rule of this file would permit to them with one scope more is refused with that scope, so that a client can ask for it. Lists show neither.',
    }),
    limits: z.array(LimitEntry).default([]).meta({
      description:
        'How fast, how many at one time, and how much in all. A limit opens nothing: it applies to calls that rules permit, and all that apply must have room.',
    }),
  })
  .meta({
    title: 'Bailiwick policy',
    description: 'A policy file: who may use which tools, resources and prompts, and how much of them.',
  });

export type PolicyFile = z.output<typeof PolicyFile>;

/** JSON Schema (draft 2020-12) of a policy file, for editors. */
export function policyJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(PolicyFile, { io: 'input' }) };
}
