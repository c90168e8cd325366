import { z } from 'zod';

const Mode = z.enum(['auto', 'full', 'search']).meta({
  description:
    '`full` lists every tool that the caller may use. `search` lists `find_tools`, `describe_tool`, `call_tool` and the pinned tools. `auto` lists every tool as long as the definitions fit `budget`, and else does as `search`; it is chosen for each caller by what that caller may use.',
  examples: ['search'],
});

const Budget = z
  .int()
  .min(0)
  .max(10_000_000)
  .meta({
    description:
      'Tokens (o200k) that the definitions of all listed tools may have in mode `auto`: of each its JSON of name, description and input schema. Where they have more bytes than the budget has tokens, a tokenizer is loaded to count them, which takes 70 MB of memory.',
    examples: [10_000],
  });

const Pin = z.array(z.string().min(1).max(256)).meta({
  description:
    'Tools that are listed beside the three in search mode, for callers who may use them: by the names that `/mcp` shows, or globs over such names, at every endpoint alike. In every mode clients that search tools themselves are told to keep them loaded.',
  examples: [['helpdesk_search_tickets']],
});

/** How endpoints list their tools. */
export const ListingSettings = z
  .strictObject({
    mode: Mode.default('auto'),
    budget: Budget.default(10_000),
    pin: Pin.default([]),
  })
  .meta({ description: 'How lists of tools are served.' });

/** How one endpoint does it otherwise. */
export const OwnListingSettings = z
  .strictObject({ mode: Mode.optional(), budget: Budget.optional(), pin: Pin.optional() })
  .meta({
    description:
      'How this catalog lists its tools: what is given here takes the place of what `listing` says of all endpoints.',
    examples: [{ mode: 'full' }],
  });

export type ListingSettings = z.output<typeof ListingSettings>;
export type OwnListingSettings = z.output<typeof OwnListingSettings>;
