import { z } from 'zod';

/** RFC 9449: tokens that only count together with a proof of the key that they are bound to. */
export const DpopSettings = z
  .strictObject({
    maxAgeSeconds: z
      .int()
      .min(5)
      .max(600)
      .default(60)
      .meta({
        description: 'How old a proof may be, in seconds. Each is taken once.',
        examples: [60],
      }),
    clockSkewSeconds: z
      .int()
      .min(0)
      .max(300)
      .default(30)
      .meta({
        description: 'How far the clocks of clients and of this server may be apart, in seconds.',
        examples: [30],
      }),
    nonce: z
      .boolean()
      .default(false)
      .meta({
        description:
          'Proofs have to hold a nonce that this server gave out within the last minutes (RFC 9449, section 9), so that none can be made in advance. With several replicas, `state.encryptionKeys` has to be set.',
        examples: [true],
      }),
  })
  .prefault({})
  .meta({ description: 'Proofs of the keys that tokens are bound to (DPoP, RFC 9449).' });

export type DpopSettings = z.output<typeof DpopSettings>;
