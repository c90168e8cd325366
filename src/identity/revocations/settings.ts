import { z } from 'zod';

/** How long revocations that were read go on being enough. */
export const RevocationSettings = z
  .strictObject({
    maxStaleSeconds: z
      .int()
      .min(30)
      .max(86_400)
      .default(300)
      .meta({
        description:
          'How long credentials are accepted while the store of revocations cannot be read, in seconds. What was revoked before stays revoked; afterwards every credential is refused with 503 until the store is back.',
        examples: [300],
      }),
  })
  .prefault({})
  .meta({ description: 'What `bailiwick revoke` has revoked.' });
