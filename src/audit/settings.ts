import { z } from 'zod';

/** Where records go and how much of a call they hold. */
export const AuditSettings = z
  .strictObject({
    dir: z
      .string()
      .min(1)
      .default('.bailiwick/audit')
      .meta({
        description: 'Folder of the record files; made when it is absent.',
        examples: ['.bailiwick/audit', '/var/lib/bailiwick/audit'],
      }),
    arguments: z
      .enum(['digest', 'full'])
      .default('digest')
      .meta({
        description:
          'What a record keeps of the arguments: `digest` their SHA-256 alone, `full` the arguments themselves as well.',
        examples: ['digest'],
      }),
  })
  .meta({ description: 'The tamper-evident record of every call.' });

export type AuditSettings = z.output<typeof AuditSettings>;
