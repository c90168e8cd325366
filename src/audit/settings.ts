import { z } from 'zod';
import { SinksSettings } from './sinks/settings.ts';
import { parseSigningKey } from './signing-key.ts';

const PrivateKey = z.string().refine(isSigningKey, {
  error: 'must be a PEM file with an unencrypted Ed25519 private key (PKCS #8), e.g. `${file:audit.pem}`',
});

/** How long the record is kept. */
const KeepSettings = z
  .strictObject({
    days: z
      .number()
      .positive()
      .max(36_500)
      .optional()
      .meta({
        description: 'Files whose last record is older than so many days are removed.',
        examples: [400],
      }),
    bytes: z
      .int()
      .min(1_048_576)
      .optional()
      .meta({
        description: 'The oldest files are removed while all together are larger than this.',
        examples: [50_000_000_000],
      }),
  })
  .meta({
    description:
      'When old files of the record are removed, once every sink that is `required` has them. Without it everything is kept.',
  });

/** Who vouches for the record. */
const SigningSettings = z
  .strictObject({
    keys: z
      .array(PrivateKey)
      .min(1)
      .optional()
      .meta({
        description:
          'Ed25519 private keys, as PEM text (PKCS #8). The first one signs, all of them are trusted by `audit verify`. Without this setting a key is made in a file beside `dir`, where whoever owns the disk can sign anew.',
        examples: [['${file:/run/secrets/audit-2026.pem}', '${file:/run/secrets/audit-2025.pem}']],
      }),
  })
  .meta({ description: 'Keys that sign where the chain of records stands.' });

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
          })
          .refine((entry) => !hasStrayStar(entry), {
            error:
              'has a `*` that hides nothing: in a pointer it is a whole part, any one; a name without `/` holds at every depth and has none',
          }),
      )
      .max(500)
      .default([])
      .meta({
        description:
          'What `masked` arguments hide beside what looks like a secret: names of members, wherever they are and however they are spelled, and JSON pointers from the root of the arguments, in which `*` is any one part.',
        examples: [['iban', '/customer/email', '/items/*/note']],
      }),
    signing: SigningSettings.prefault({}),
    keep: KeepSettings.prefault({}),
    sinks: SinksSettings,
  })
  .meta({ description: 'The tamper-evident record of every call.' });

export type AuditSettings = z.output<typeof AuditSettings>;

/** True for a star that is not a whole part of a pointer: it was meant as a pattern, and there are none. */
function hasStrayStar(entry: string): boolean {
  if (!entry.startsWith('/')) return entry.includes('*');
  return entry
    .slice(1)
    .split('/')
    .some((part) => part.includes('*') && part !== '*');
}

function isSigningKey(pem: string): boolean {
  try {
    parseSigningKey(pem);
    return true;
  } catch {
    return false;
  }
}
