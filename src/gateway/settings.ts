import { z } from 'zod';
import { isTimeZone } from '../text/time-zone.ts';
import { toNanoUsd } from '../text/nano-usd.ts';
import { messageOf } from '../errors.ts';

/** More than any call of a tool costs; so that sums stay exact. */
const HIGHEST_PRICE = 1_000_000;
const MOST_TOKENS = 1_000_000_000_000;

const Usd = z
  .number()
  .max(HIGHEST_PRICE)
  .superRefine((usd, context) => {
    if (context.issues.length > 0) return;
    try {
      toNanoUsd(usd);
    } catch (error) {
      const message = messageOf(error);
      context.addIssue({ code: 'custom', message });
    }
  });

const Pointer = z
  .string()
  .regex(/^(?:\/(?:[^~/]|~[01])*)+$/, { error: 'must be a JSON Pointer (RFC 6901) like `/usage/cost`' });

const MeteredPrice = z
  .strictObject({
    perCall: Usd.optional().meta({ description: 'USD for each call.', examples: [0.001] }),
    field: Pointer.optional().meta({
      description:
        "Where the result says how much was used: a JSON Pointer into its structured content, or its text where that is JSON. Read from the upstream's own answer, before anything is selected or cut.",
      examples: ['/usage/cost'],
    }),
    usdPerUnit: Usd.optional().meta({
      description: 'USD for each unit that `field` counts. Absent: 1, `field` is an amount of USD.',
      examples: [0.0001],
    }),
    max: Usd.gt(0)
      .optional()
      .meta({
        description:
          'The most that `field` comes to in one call, in USD. It is reserved before each call, and charged where the result does not say how much was used.',
        examples: [0.05],
      }),
    tokens: z
      .strictObject({
        field: Pointer.meta({
          description: 'Where the result says how many tokens were used.',
          examples: ['/usage/tokens'],
        }),
        max: z
          .int()
          .min(1)
          .max(MOST_TOKENS)
          .meta({
            description: 'The most tokens of one call: reserved before it, and charged where it is not told.',
            examples: [20_000],
          }),
      })
      .optional()
      .meta({ description: 'Tokens that a call uses, for limits that count tokens.' }),
  })
  .superRefine((price, context) => {
    const problem = context.issues.length > 0 ? undefined : problemOf(price);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

const Price = z.union([Usd, MeteredPrice]).meta({
  description: 'A number of USD for each call, or how the price of a call is found in its result.',
  examples: [0.002],
});

export type PriceSettings = z.output<typeof Price>;

/** What the tools of a source cost: keys that every kind of source has. */
export const SourcePriceSettings = z.strictObject({
  price: Price.optional().meta({
    description:
      'What a call of each tool costs: USD, or where the result says it. Absent: nothing. Budgets in USD count it.',
    examples: [0.002, { field: '/usage/cost', max: 0.05 }],
  }),
  prices: z
    .record(z.string().min(1), Price)
    .optional()
    .meta({
      description:
        "Prices of single tools, by glob on the tool's own name; the first that matches counts, before `price`.",
      examples: [{ 'export_*': 0.05, get_report: { field: '/usage/cost', max: 0.05 } }],
    }),
});

export type SourcePriceSettings = z.output<typeof SourcePriceSettings>;

/** What the Ledger goes by. */
export const LedgerSettings = z
  .strictObject({
    timeZone: z
      .string()
      .refine(isTimeZone, { error: 'must be the name of a time zone (IANA), like `Europe/Berlin`' })
      .default('UTC')
      .meta({
        description:
          'Time zone in which hours, days and months of budgets and of `bailiwick spend` begin and end. A limit may name its own.',
        examples: ['Europe/Berlin'],
      }),
  })
  .meta({ description: 'How calls, tokens and money are counted.' });

/** What does not go together in a price. */
function problemOf(price: {
  readonly [key in 'perCall' | 'field' | 'usdPerUnit' | 'max' | 'tokens']?: unknown;
}): string | undefined {
  const { perCall, field, usdPerUnit, max, tokens } = price;
  if (perCall === undefined && field === undefined && tokens === undefined)
    return 'needs at least one of `perCall`, `field` and `tokens`';
  if ((field === undefined) !== (max === undefined))
    return 'needs `field` and `max` together: what a call may cost is known before it sets out';
  return field === undefined && usdPerUnit !== undefined
    ? 'must have a `field` that `usdPerUnit` is the price of'
    : undefined;
}
