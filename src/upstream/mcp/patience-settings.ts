import { z } from 'zod';

/** Node refuses longer timers. */
const MAX_MILLISECONDS = 2_147_483_647;

/** How long a server's lists may take, and when its calls are spared the wait. */
export const PatienceSettings = {
  listTimeout: z
    .int()
    .min(1)
    .max(MAX_MILLISECONDS)
    .default(60_000)
    .meta({
      description:
        'How long reading all lists of the server may take, in milliseconds, once it is connected. After that it counts as down; what it last offered stays listed.',
      examples: [60_000],
    }),
  breaker: z
    .strictObject({
      failures: z
        .int()
        .min(1)
        .max(1_000)
        .default(5)
        .meta({
          description:
            'After so many calls in a row without an answer (a timeout, no connection, HTTP 502, 503 or 504), calls fail at once and say when the next one is tried: after half a second, then ever longer, up to a minute. Errors that the server itself answers with do not count.',
          examples: [5],
        }),
    })
    .prefault({})
    .meta({
      description:
        'When calls stop waiting for a server that does not answer; for each credential by itself.',
      examples: [{ failures: 3 }],
    }),
};
