import { z } from 'zod';
import { EmbeddingSettings } from './embeddings/settings.ts';
import { PACK_NAMES } from './packs/pack.ts';

const path = z.string().min(1);

/** How tools are found. */
export const SearchSettings = z
  .strictObject({
    hints: z
      .union([path, z.array(path).min(1)])
      .default('hints/')
      .meta({
        description:
          'Where hints are: a file, a folder of `*.hints.yaml` files, or a list of either. A file says by source and tool, or glob of tools, in which words people ask for it: `helpdesk: { get_ticket: [customer request, case] }`; `bailiwick hints write` lets a model write them. They help to find a tool, are shown to nobody, and are part of its definition in the lock. The default folder may be absent; what is named here must exist.',
        examples: ['hints/', ['hints/', 'helpdesk.hints.yaml']],
      }),
    packs: z
      .array(z.enum(PACK_NAMES))
      .default([...PACK_NAMES])
      .meta({
        description:
          'Packs of hints to use: words in which people ask for the operations of well-known APIs. `kubernetes`: the verbs of kubectl, short names, what the documentation calls things. They apply to documents of such an API alone and are shown to nobody. `[]`: none.',
        examples: [['kubernetes'], []],
      }),
    embeddings: EmbeddingSettings.optional(),
  })
  .meta({ description: 'How tools are found by what they do.' });

export type SearchSettings = z.output<typeof SearchSettings>;
