import { z } from 'zod';

/** How an endpoint lists its tools. */
export const ListingSettings = z
  .strictObject({
    mode: z
      .enum(['auto', 'full', 'search'])
      .default('auto')
      .meta({
        description:
          '`full` lists every tool that the caller may use. `search` lists `find_tools`, `describe_tool`, `call_tool` and the pinned tools. `auto` lists every tool as long as the definitions fit `budget`, and else does as `search`.',
        examples: ['search'],
      }),
    budget: z
      .int()
      .min(0)
      .max(10_000_000)
      .default(10_000)
      .meta({
        description: 'Tokens (o200k) that the definitions of all listed tools may have in mode `auto`.',
        examples: [10_000],
      }),
    pin: z
      .array(z.string().min(1).max(256))
      .default([])
      .meta({
        description:
          'Tools that are listed beside the three in search mode, by the names that `/mcp` shows, or globs over such names.',
        examples: [['helpdesk_search_tickets']],
      }),
  })
  .meta({ description: 'How lists of tools are served.' });

export type ListingSettings = z.output<typeof ListingSettings>;
