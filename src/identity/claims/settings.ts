import { z } from 'zod';

const path = z
  .string()
  .min(1)
  .meta({ examples: ['groups', 'realm_access.roles'] });

/** One claim, or several of which all count. */
const paths = z
  .union([path, z.array(path).min(1)])
  .transform((value) => (Array.isArray(value) ? value : [value]));

/** How the claims of an issuer's tokens become a principal. */
export const ClaimsSettings = z.strictObject({
  preset: z
    .enum(['entra', 'okta', 'keycloak', 'google', 'kubernetes'])
    .optional()
    .meta({
      description: 'What the claims of this provider mean. `claims` says what is different.',
      examples: ['entra'],
    }),
  claims: z
    .strictObject({
      subject: path.optional().meta({ description: 'Who calls. Absent: `sub`.', examples: ['oid'] }),
      scopes: paths
        .optional()
        .meta({ description: 'Scopes: lists, or texts with spaces between.', examples: [['scp', 'roles']] }),
      groups: paths.optional().meta({ description: 'Groups.', examples: ['groups'] }),
      team: path.optional().meta({ description: 'The team.', examples: ['department'] }),
      client: path.optional().meta({ description: 'The program that is used.', examples: ['azp'] }),
      keep: z
        .array(path)
        .optional()
        .meta({
          description:
            'Claims that policies may ask for as `claims`. Absent: all but those that are another in each token.',
          examples: [['namespaces', 'email']],
        }),
    })
    .prefault({})
    .meta({ description: 'Which claims hold what; a dot goes into an object.' }),
  require: z
    .record(
      z.string().min(1),
      z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()]))]),
    )
    .default({})
    .meta({
      description: 'Claims that a token has to have, each with a value or a list of which any will do.',
      examples: [{ hd: 'example.com' }],
    }),
});

export type ClaimsSettings = z.output<typeof ClaimsSettings>;
