import { z } from 'zod';
import { toNanoUsd } from '../text/nano-usd.ts';
import { isTimeZone } from '../text/time-zone.ts';
import { describeTimeZone } from './describe-time-zone.ts';
import { Name, Whats, Who } from './selector-schema.ts';

const ALERT_FORM = 'must be a part of the amount, above 0 and at most 1; write 0.8 for 80 %';

const By = z.enum(['rule', 'principal', 'team', 'key', 'client', 'source', 'tool', 'model']).optional().meta({
  description:
    'What is counted by itself: each of these, or with `rule`, the default, everything that the limit is about together. What has none (no team, no key) is counted together.',
});

const Mode = z.enum(['hard', 'soft']).optional().meta({
  description: '`hard`, the default, refuses what does not fit. `soft` lets it pass and raises an alert.',
});

function amountOf(what: string) {
  return z
    .int()
    .min(0, { error: 'must not be negative' })
    .max(Number.MAX_SAFE_INTEGER, { error: `must be at most ${Number.MAX_SAFE_INTEGER}` })
    .meta({ description: what });
}

const calls = amountOf('At most so many calls. 0 allows none.').optional();
const tokens = amountOf('At most so many tokens, those that are read and those that are written.').optional();

/** Parses to nano-USD. */
const usd = z
  .number()
  .min(0, { error: 'must not be negative' })
  .transform((value, context) => {
    try {
      return toNanoUsd(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as RangeError).message });
      return z.NEVER;
    }
  })
  .optional()
  .meta({ description: 'At most so many US dollars, with up to 9 decimals.' });

/** One rate. */
export const Rate = z
  .strictObject({
    calls,
    tokens,
    per: z.enum(['second', 'minute', 'hour', 'day']).meta({
      description: 'In any period of this length, whenever it begins.',
    }),
    by: By,
    mode: Mode,
  })
  .superRefine(requireOne(['calls', 'tokens']))
  .meta({
    description: 'At most so many calls or tokens in any second, minute, hour or day: a sliding window.',
    oneOf: [{ required: ['calls'] }, { required: ['tokens'] }],
  });

const concurrent = amountOf('At most so many calls at one time.');

/** A concurrency that says more than a number. */
export const Concurrency = z.strictObject({ calls: concurrent, by: By, mode: Mode });

/** One budget. */
export const Budget = z
  .strictObject({
    usd,
    tokens,
    calls,
    per: z.enum(['hour', 'day', 'month']).meta({
      description: 'In each hour, day or month of the calendar.',
    }),
    timeZone: z
      .string()
      .refine(isTimeZone, { error: ({ input }) => describeTimeZone(String(input)) })
      .optional()
      .meta({
        description:
          'Where hours, days and months begin: the IANA name of a time zone. Absent: that of the configuration.',
      }),
    alertAt: oneOrMore(
      z.number().gt(0, { error: ALERT_FORM }).max(1, { error: ALERT_FORM }),
      'names no part of the amount; leave it out for 0.8 and 1',
    )
      .optional()
      .meta({
        description:
          'Parts of the amount at which an alert is raised, e.g. 0.8 and 1, which are the default.',
      }),
    by: By,
    mode: Mode,
    onLoss: z.enum(['charge', 'release']).optional().meta({
      description:
        'Whether a call counts in full, or not at all, when its process ends before its cost is known. Default: `charge` for `hard`, `release` for `soft`.',
    }),
  })
  .superRefine(requireOne(['usd', 'tokens', 'calls']))
  .meta({
    description: 'At most so much money, or so many tokens or calls, in each hour, day or month.',
    oneOf: [{ required: ['usd'] }, { required: ['tokens'] }, { required: ['calls'] }],
  });

/** One entry of `limits:`. */
export const LimitEntry = z
  .strictObject({
    id: Name.meta({
      description: 'Names the limit within its policy; refusals, alerts and records say `<policy>/<id>`.',
    }),
    who: Who.optional().meta({ description: "Whose calls are counted. Absent: everyone's." }),
    what: Whats.optional().meta({
      description:
        'Calls of what are counted: a selector, or a list of which any will do. Absent: of everything.',
    }),
    rate: oneOrMore(Rate, 'an empty list limits nothing; name a rate or leave it out')
      .optional()
      .meta({ description: 'How fast: calls or tokens in a sliding window, or a list of such rates.' }),
    concurrency: z
      .union([concurrent, Concurrency])
      .transform((value) => (typeof value === 'number' ? { calls: value } : value))
      .optional()
      .meta({ description: 'How many calls at one time.' }),
    budget: oneOrMore(Budget, 'an empty list limits nothing; name a budget or leave it out')
      .optional()
      .meta({ description: 'How much in each period of the calendar, or a list of such budgets.' }),
    by: By,
    mode: Mode,
  })
  .superRefine(({ rate, concurrency, budget }, context) => {
    if (rate ?? concurrency ?? budget) return;
    context.addIssue({ code: 'custom', message: 'limits nothing; add `rate`, `concurrency` or `budget`' });
  })
  .meta({
    description: 'One limit.',
    anyOf: [{ required: ['rate'] }, { required: ['concurrency'] }, { required: ['budget'] }],
  });

export type LimitEntry = z.output<typeof LimitEntry>;

/** One value, or a list of them. Parses to a list. */
function oneOrMore<T extends z.ZodType>(item: T, ifEmpty: string) {
  return z
    .union([item, z.array(item).min(1, { error: ifEmpty })])
    .transform((value) => (Array.isArray(value) ? value : [value]) as z.output<T>[]);
}

/** Exactly one unit: two would be two limits, of which it is not clear which one a refusal is about. */
function requireOne(units: readonly string[]) {
  const choice = units.map((unit) => `\`${unit}\``).join(' or ');
  return (measure: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    const given = units.filter((unit) => measure[unit] !== undefined);
    if (given.length === 1 || context.issues.length > 0) return;
    const message =
      given.length === 0
        ? `says no amount; add ${choice}, e.g. \`${units[0]}: 100\``
        : `takes one amount, not ${given.length}; write a list with one entry for each of ${given.map((unit) => `\`${unit}\``).join(' and ')}`;
    context.addIssue({ code: 'custom', message });
  };
}
