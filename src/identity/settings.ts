import { z } from 'zod';
import { DpopSettings } from './dpop/settings.ts';
import { findRepeatedIssuers, IssuerSettings } from './issuers/settings.ts';
import { ResourceSettings } from './resource/settings.ts';
import { RevocationSettings } from './revocations/settings.ts';
import { AuthorizationServerSettings } from './server/settings.ts';

const scopes = z
  .array(
    z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, { error: 'must be a scope: printable, without spaces' }),
  )
  .default([])
  .meta({
    description: 'Scopes the principal holds (RFC 6749, section 3.3).',
    examples: [['tickets:read', 'tickets:write']],
  });

const groups = z
  .array(z.string().min(1))
  .default([])
  .meta({ description: 'Groups the principal is in.', examples: [['support']] });

const team = z
  .string()
  .min(1)
  .optional()
  .meta({ description: 'The team the principal belongs to.', examples: ['customer-care'] });

const claims = z
  .record(z.string(), z.json())
  .default({})
  .meta({ description: 'Further facts about the principal; any JSON.', examples: [{ region: 'emea' }] });

const LocalPrincipal = z
  .strictObject({ scopes, groups, team, claims })
  .meta({ description: 'What the local principal holds.', examples: [{ scopes: ['tickets:read'] }] });

const StaticPrincipal = z
  .strictObject({
    scopes,
    groups,
    team,
    client: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'The program the principal uses.', examples: ['ticket-bot'] }),
    claims,
  })
  .meta({ description: 'One principal.', examples: [{ scopes: ['tickets:read'], groups: ['support'] }] });

const Key = z
  .strictObject({
    principal: z
      .string()
      .min(1)
      .meta({
        description: 'The principal this key proves; one of `identity.principals`.',
        examples: ['agent'],
      }),
    hash: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/, {
        error: 'must be `sha256:` and 64 hex digits in lower case: the digest of the key, never the key',
      })
      .meta({
        description: 'SHA-256 of the key. The key itself is never written down.',
        examples: ['sha256:4171ec6809d9c6b23fe8ef0ecfe7784689be07a74aff89ad45fdaa2317ec9b0b'],
      }),
    expires: z.iso
      .datetime({ offset: true, error: 'must be a date and time with a zone (RFC 3339)' })
      .optional()
      .meta({
        description: 'From this moment on the key is refused (RFC 3339). Absent: it does not expire.',
        examples: ['2027-01-31T00:00:00Z'],
      }),
  })
  .meta({ description: 'One static key.' });

/** Who may call: the local principal, named principals, and the static keys that prove them. */
export const IdentitySettings = z
  .strictObject({
    local: z
      .union([z.literal(false), LocalPrincipal])
      .prefault({})
      .meta({
        description:
          'The principal of a caller that shows no credential, over stdio, or over HTTP from this machine to a loopback listener without `publicUrl` and without a proxy in between. `false`: there is none, and every caller needs a key; set that where a tunnel (`ssh -R`, `kubectl port-forward`) leads to the listener. What it may do is up to policy, as for anyone.',
        examples: [{ scopes: ['tickets:read'] }, false],
      }),
    principals: z
      .record(
        z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/, {
          error:
            'a principal is named with 1 to 64 letters, digits, `.`, `_`, `@` or `-`, a letter or digit first',
        }),
        StaticPrincipal,
      )
      .default({})
      .meta({
        description: 'Principals by name; the name is the subject that policy and records see.',
        examples: [{ agent: { scopes: ['tickets:read'], groups: ['support'] } }],
      }),
    keys: z
      .array(Key)
      .default([])
      .meta({
        description: 'Static keys, sent as `Authorization: Bearer <key>`. Several may prove one principal.',
        examples: [
          [
            {
              principal: 'agent',
              hash: 'sha256:4171ec6809d9c6b23fe8ef0ecfe7784689be07a74aff89ad45fdaa2317ec9b0b',
              expires: '2027-01-31T00:00:00Z',
            },
          ],
        ],
      }),
    issuers: z
      .array(IssuerSettings)
      .default([])
      .meta({
        description: 'Authorization servers whose tokens are taken, sent as `Authorization: Bearer <token>`.',
        examples: [[{ issuer: 'https://login.example.com', audience: 'api://bailiwick' }]],
      }),
    server: AuthorizationServerSettings.optional(),
    resource: ResourceSettings.prefault({}),
    dpop: DpopSettings,
    revocations: RevocationSettings,
  })
  .superRefine((identity, context) => {
    for (const { index, first } of findRepeatedIssuers(identity.issuers)) {
      context.addIssue({
        code: 'custom',
        path: ['issuers', index, 'issuer'],
        message: `is the issuer of \`identity.issuers[${first}]\` again; name all its audiences there`,
        params: { example: 'audience: [ api://bailiwick, api://other ]' },
      });
    }
    const seen = new Map<string, number>();
    for (const [index, key] of identity.keys.entries()) {
      if (!Object.hasOwn(identity.principals, key.principal)) {
        context.addIssue({
          code: 'custom',
          path: ['keys', index, 'principal'],
          message: 'names no principal of `identity.principals`',
        });
      }
      const first = seen.get(key.hash);
      if (first !== undefined) {
        context.addIssue({
          code: 'custom',
          path: ['keys', index, 'hash'],
          message: `is the hash of \`identity.keys[${first}]\` again; a key proves one principal`,
        });
      }
      seen.set(key.hash, first ?? index);
    }
  })
  .meta({ description: 'Who may call.' });

export type IdentitySettings = z.output<typeof IdentitySettings>;
