import { z } from 'zod';

/** The authorization server that Bailiwick itself is, for those who have none. */
export const AuthorizationServerSettings = z
  .strictObject({
    accessTokenSeconds: z
      .int()
      .min(60)
      .max(86_400)
      .default(3600)
      .meta({
        description: 'How long an access token lasts, in seconds.',
        examples: [3600],
      }),
  })
  .meta({
    description:
      'Serve as an OAuth authorization server, so that clients sign in with a browser against Bailiwick itself. Absent: it is none.',
  });

export type AuthorizationServerSettings = z.output<typeof AuthorizationServerSettings>;
