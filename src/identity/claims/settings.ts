import { z } from 'zod';
import { GroupsOverageSettings } from './overage/settings.ts';

const path = z
  .string()
  .min(1)
  .max(512)
  .meta({ examples: ['groups', 'realm_access.roles', 'https://example.com/groups'] });

/** One claim, or several. */
const paths = z
  .union([path, z.array(path).min(1).max(16)])
  .transform((value) => (Array.isArray(value) ? value : [value]));

const mapping = z.strictObject({
  subject: path.optional().meta({
    description:
      'Who calls. Absent: what the preset says, else `sub`. Never one that is given to another person later.',
    examples: ['oid'],
  }),
  scopes: paths.optional().meta({
    description:
      'Scopes, all claims together: lists, or texts with spaces between. Absent: what the preset says, else `scope` and `scp`.',
    examples: [['scp', 'roles']],
  }),
  groups: paths.optional().meta({
    description:
      'Groups, all claims together: lists, or one text that is one group. Absent: what the preset says, else `groups`.',
    examples: ['groups', ['groups', 'resource_access.my-api.roles']],
  }),
  groupNames: z
    .record(z.string().min(1), z.string().min(1))
    .default({})
    .meta({
      description: 'Other names for groups: what the token says, and what policies shall say.',
      examples: [{ '0a7d0f0e-6a5f-4f0e-9d0e-3f1f5b3a7c11': 'sre', '/team-a': 'team-a' }],
    }),
  groupPrefix: z
    .string()
    .default('')
    .meta({
      description:
        'Goes before each group that `groupNames` does not name, so that the same name from two issuers is two groups.',
      examples: ['okta:'],
    }),
  team: paths.optional().meta({
    description: 'The team: the first of these claims that the token has.',
    examples: ['department'],
  }),
  client: paths.optional().meta({
    description:
      'The program that is used: the first of these claims that the token has. Absent: what the preset says, else `client_id` or `azp`.',
    examples: ['azp'],
  }),
  act: path.optional().meta({
    description: 'Who acts for the subject (RFC 8693, section 4.1). Absent: `act`.',
    examples: ['act'],
  }),
  keep: z
    .array(path)
    .optional()
    .meta({
      description:
        'Claims that policies may ask for as `claims`, under these names. Absent: all but those that are another in each token (`jti`, `iat`, `acr` …) and those that became scopes and groups.',
      examples: [['namespaces', 'email', 'acr']],
    }),
});

/** How the claims of an issuer's tokens become a principal. */
export const ClaimsSettings = z.strictObject({
  preset: z
    .enum(['entra', 'okta', 'keycloak', 'google', 'kubernetes'])
    .optional()
    .meta({
      description: 'What the claims of this provider mean. `claims` says what is different.',
      examples: ['entra'],
    }),
  claims: mapping.prefault({}).meta({
    description:
      'Which claims hold what. A dot goes into an object; a claim whose own name has dots is found by that name first.',
    examples: [{ groups: 'https://example.com/groups', team: 'department' }],
  }),
  groupsOverage: GroupsOverageSettings.optional(),
  require: z
    .record(
      z.string().min(1),
      z.union([
        z.string(),
        z.number(),
        z.boolean(),
        z.array(z.union([z.string(), z.number(), z.boolean()])).min(1),
      ]),
    )
    .default({})
    .meta({
      description:
        'Claims that a token has to have, each with a value or a list of which any will do. A claim that is a list needs to hold one of them.',
      examples: [{ hd: 'example.com', email_verified: true }],
    }),
});

export type ClaimsSettings = z.output<typeof ClaimsSettings>;
