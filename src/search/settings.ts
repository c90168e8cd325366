import { z } from 'zod';

/** How tools are found. */
export const SearchSettings = z
  .strictObject({})
  .meta({ description: 'How tools are found by what they do.' });

export type SearchSettings = z.output<typeof SearchSettings>;
