import { z } from 'zod';
import { Name, Whats, Who } from './selector-schema.ts';

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
    approvers: z
      .union([z.literal('self'), Who])
      .optional()
      .meta({
        description: "Who may say yes, on an `approve` rule. `self`, the default, is the caller's own human.",
      }),
  })
  .superRefine(({ effect, approvers }, context) => {
    if (approvers !== undefined && effect !== 'approve') {
      const message = `only a rule with effect \`approve\` has approvers; this one has effect \`${effect}\``;
      context.addIssue({ code: 'custom', path: ['approvers'], message });
    }
  })
  .meta({ description: 'One rule.' });
