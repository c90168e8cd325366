import { z } from 'zod';
import type { Json as JsonValue } from '../catalog/json.ts';
import { toPointer } from '../text/pointer.ts';
import { Name, Whats, Who } from './selector-schema.ts';

const Json: z.ZodType<JsonValue> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(Json), z.record(z.string(), Json)]),
);

const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/;

/** A JSON Pointer, or the name of a top-level argument. Parses to a JSON Pointer. */
const Argument = z
  .string()
  .min(1, { error: 'must name an argument, like `namespace`, or point to one, like `/metadata/namespace`' })
  .transform((text) => (text.startsWith('/') ? text : toPointer([text])))
  .refine((text) => POINTER.test(text), { error: 'must be a JSON Pointer (RFC 6901)' });

const Arguments = z.record(Argument, Json);

/** What is to be done with the calls that a rule permits. */
const RuleObligations = z
  .strictObject({
    set: Arguments.optional().meta({
      description:
        'Arguments, by name or JSON Pointer, with the only value that they may have. Callers do not see them; a call that gives another value is not what the rule is about.',
      examples: [{ namespace: 'team-a' }],
    }),
    defaults: Arguments.optional().meta({
      description:
        'Arguments, by name or JSON Pointer, with the value that they get where a caller leaves them out.',
      examples: [{ limit: 20 }],
    }),
    select: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'JMESPath by which a JSON result is cut to what callers get.',
        examples: ['items[].{name: metadata.name, phase: status.phase}'],
      }),
    mask: z
      .array(
        z
          .string()
          .regex(POINTER, { error: 'must be a JSON Pointer (RFC 6901); a part `*` is any member or item' }),
      )
      .min(1)
      .optional()
      .meta({
        description:
          'Where values of a JSON result are masked: JSON Pointers, in which a part `*` is any member or item.',
        examples: [['/data/*', '/items/*/data/*']],
      }),
    dryRun: z.literal(true).optional().meta({
      description:
        'Calls change nothing: the rule is only about tools that have an argument for a dry run, and that is set.',
    }),
  })
  .refine((value) => Object.values(value).some((member) => member !== undefined), {
    error: 'asks for nothing; leave it out',
  })
  .meta({
    description:
      'What is done with the calls that the rule permits. All rules that permit a call have their say.',
  });

/** One entry of `rules:`. */
export const Rule = z
  .strictObject({
    id: Name.meta({
      description: 'Names the rule within its policy; decisions and records say `<policy>/<id>`.',
    }),
    effect: z.enum(['permit', 'approve', 'deny']).meta({
      description:
        "`permit` opens. `deny` closes, whatever permits. `approve` opens nothing: it adds a human's yes to what something else permits.",
    }),
    who: Who.optional(),
    what: Whats.optional().meta({
      description: 'What the rule is about: a selector, or a list of which any will do. Absent: everything.',
    }),
    when: z
      .string()
      .min(1, { error: 'must not be empty; leave it out to mean always' })
      .max(4096, { error: 'must be at most 4096 characters' })
      .optional()
      .meta({
        description:
          'What has to hold of the call: a condition in CEL over `args`, `principal`, `tool`, `call` and `now`. Where it cannot be evaluated, a permit does not match, and a deny or an approval does.',
        examples: ['args.namespace in principal.claims.namespaces', 'has(args.amount) && args.amount <= 100'],
      }),
    obligations: RuleObligations.optional(),
    approvers: z
      .union([z.literal('self'), Who])
      .optional()
      .meta({
        description: "Who may say yes, on an `approve` rule. `self`, the default, is the caller's own human.",
      }),
  })
  .superRefine(({ effect, approvers, obligations }, context) => {
    if (obligations !== undefined && effect === 'deny') {
      const message = 'a deny closes: there is nothing to be done with a call that is not made';
      context.addIssue({ code: 'custom', path: ['obligations'], message });
    }
    // As conditions they would let whoever sends another value go without an approval.
    for (const member of ['set', 'dryRun'] as const) {
      if (effect !== 'approve' || obligations?.[member] === undefined) continue;
      const message = `an approval fixes no arguments: a call with others would need none; put \`${member}\` on what permits`;
      context.addIssue({ code: 'custom', path: ['obligations', member], message });
    }
    if (approvers !== undefined && effect !== 'approve') {
      const message = `only a rule with effect \`approve\` has approvers; this one has effect \`${effect}\``;
      context.addIssue({ code: 'custom', path: ['approvers'], message });
    }
  })
  .meta({ description: 'One rule.' });
