import { z } from 'zod';

/** Node refuses longer timers. */
const MAX_MILLISECONDS = 2_147_483_647;

/** Who shares a session with a server, and how long it stays open. */
export const SessionSettings = z.object({
  sessions: z
    .enum(['principal', 'shared'])
    .default('principal')
    .meta({
      description:
        'Who shares a session with the server. `principal`: nobody but the same caller, and a client that the server may ask something has one of its own; a server that is started by `command` then runs once for each. `shared`: everyone, for servers that keep nothing of a caller and are costly to run; such a server is told that it can ask nobody anything. Servers of MCP 2026-07-28 over HTTP have no sessions. Callers with different credentials towards the server never share.',
      examples: ['shared'],
    }),
  maxSessions: z
    .int()
    .min(1)
    .max(100_000)
    .default(100)
    .meta({
      description:
        "How many sessions may be open at a time, beside Bailiwick's own that reads the lists. Where there is no room the one that was not used for longest ends; where all are in use, the call is refused.",
      examples: [20],
    }),
  sessionIdle: z
    .int()
    .min(1)
    .max(MAX_MILLISECONDS)
    .default(300_000)
    .meta({
      description: 'How long a session that nobody uses stays open, in milliseconds.',
      examples: [300_000],
    }),
});
