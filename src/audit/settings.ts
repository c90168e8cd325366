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
      .enum(['digest', 'masked', 'full'])
      .default('masked')
      .meta({
        description:
          'What a record keeps of the arguments: `digest` their SHA-256 alone; `masked` also their structure, with secrets, long texts and binary data replaced by markers; `full` also the arguments themselves, secrets included.',
        examples: ['digest'],
      }),
    mask: z
      .array(
        z
          .string()
          .min(1)
          .max(256)
          .refine((entry) => !entry.startsWith('/') || !/~(?![01])/.test(entry), {
            error: 'is no JSON pointer: after `~` comes `0` or `1`',
          }),
      )
      .max(500)
      .default([])
      .meta({
        description:
          'What `masked` arguments hide beside what looks like a secret: names of members, wherever they are and however they are spelled, and JSON pointers from the root of the arguments, in which `*` is any one part.',
        examples: [['iban', '/customer/email', '/items/*/note']],
      }),
  })
  .meta({ description: 'The tamper-evident record of every call.' });

export type AuditSettings = z.output<typeof AuditSettings>;
