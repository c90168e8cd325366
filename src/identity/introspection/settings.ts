import { z } from 'zod';

/** RFC 7662: how the issuer is asked about tokens that say nothing themselves. */
export const IntrospectionSettings = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
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
    cacheSeconds: z
      .int()
      .min(0)
      .max(3600)
      .default(30)
      .meta({
        description:
          'How long an answer is believed at most, in seconds; never beyond the expiry of the token.',
        examples: [30],
      }),
  })
  .meta({
    description: 'Ask the issuer about tokens that are no JWT (RFC 7662). Absent: such tokens are refused.',
  });

export type IntrospectionSettings = z.output<typeof IntrospectionSettings>;
