import { z } from 'zod';
import { PACK_NAMES } from './packs/pack.ts';

/** How tools are found. */
export const SearchSettings = z
  .strictObject({
    packs: z
      .array(z.enum(PACK_NAMES))
      .default([...PACK_NAMES])
      .meta({
        description:
          'Packs of hints to use: words in which people ask for the operations of well-known APIs. `kubernetes`: the verbs of kubectl, short names, what the documentation calls things. They apply to documents of such an API alone and are shown to nobody. `[]`: none.',
        examples: [['kubernetes'], []],
      }),
  })
  .meta({ description: 'How tools are found by what they do.' });

export type SearchSettings = z.output<typeof SearchSettings>;
