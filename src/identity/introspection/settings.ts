import { z } from 'zod';
import { isLoopbackUrl } from '../issuers/loopback-url.ts';

/** RFC 7662: how the issuer is asked about tokens that say nothing themselves. */
export const IntrospectionSettings = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .refine((url) => url.startsWith('https:') || isLoopbackUrl(url), {
        error: 'must be an https URL; http is for this machine only',
      })
      .optional()
      .meta({
        description: 'Where. Absent: where the discovery document of the issuer says.',
        examples: ['https://login.example.com/introspect'],
      }),
    clientId: z
      .string()
      .min(1)
      .meta({ description: 'As which client this server asks.', examples: ['bailiwick'] }),
    clientSecret: z
      .string()
      .min(1)
      .meta({
        description: 'The secret of that client.',
        examples: ['${env:INTROSPECTION_SECRET}'],
      }),
    authentication: z
      .enum(['basic', 'post'])
      .default('basic')
      .meta({
        description: 'How that secret is sent: `client_secret_basic` or `client_secret_post`.',
        examples: ['basic'],
      }),
    tokenPrefix: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          'How the tokens of this issuer begin. Such tokens are shown to it and to no other issuer, and others are not shown to it.',
        examples: ['gho_'],
      }),
    allowMissingAudience: z
      .boolean()
      .default(false)
      .meta({
        description:
          'Whether to take tokens of which the issuer does not say for whom they are. Then a token that was given to any other service of the issuer opens this one too.',
        examples: [false],
      }),
    cacheSeconds: z
      .int()
      .min(0)
      .max(3600)
      .default(30)
      .meta({
        description:
          'How long an answer is believed at most, in seconds; never beyond the expiry of the token. A token that is revoked at the issuer counts that much longer here.',
        examples: [30],
      }),
  })
  .meta({
    description: 'Ask the issuer about tokens that are no JWT (RFC 7662). Absent: such tokens are refused.',
  });

export type IntrospectionSettings = z.output<typeof IntrospectionSettings>;
