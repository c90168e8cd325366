import { z } from 'zod';

const HttpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

/** Where the groups of a caller are asked for whose token says that they are too many to be listed in it. */
export const GroupsOverageSettings = z
  .strictObject({
    clientId: z
      .string()
      .min(1)
      .meta({
        description:
          'As which application this server asks. At Microsoft Graph it needs the application permission `GroupMember.Read.All`.',
        examples: ['6f1b2f3c-0000-4000-8000-000000000000'],
      }),
    clientSecret: z
      .string()
      .min(1)
      .meta({ description: 'The secret of that application.', examples: ['${env:ENTRA_CLIENT_SECRET}'] }),
    // With its braces it is the template of a URL, which a JSON Schema must not call a URI.
    url: z
      .string()
      .refine((url) => /^https?:\/\//i.test(url) && URL.canParse(url), {
        error: 'must be an http or https URL',
      })
      .refine((url) => /\{id\}|%7Bid%7D/i.test(url), { error: 'must have `{id}` in it' })
      .default('https://graph.microsoft.com/v1.0/users/{id}/getMemberObjects')
      .meta({
        description:
          'Where, with `{id}` for the `oid` of the caller. Asked with POST where it ends with `getMemberObjects` or `getMemberGroups`, with GET else.',
        examples: [
          'https://graph.microsoft.us/v1.0/users/{id}/transitiveMemberOf/microsoft.graph.group?$select=id',
        ],
      }),
    tokenUrl: HttpUrl.optional().meta({
      description:
        'Where the token for that comes from (client credentials). Absent: the token endpoint of the tenant that the issuer names.',
      examples: ['https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token'],
    }),
    scope: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'The scope of that token. Absent: `/.default` of the host of `url`.',
        examples: ['https://graph.microsoft.com/.default'],
      }),
    securityGroupsOnly: z
      .boolean()
      .default(true)
      .meta({
        description:
          'Whether only security groups are asked for, as with `groupMembershipClaims: SecurityGroup` of an app registration.',
        examples: [true],
      }),
  })
  .meta({
    description:
      'How groups are asked for where a token says that they are too many to be listed in it (Entra ID does from 200 on). Absent: such tokens are refused.',
  });

export type GroupsOverageSettings = z.output<typeof GroupsOverageSettings>;
