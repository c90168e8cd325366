import { z } from 'zod';

/** `512MiB`, `2GiB`. Nobody means less than a program needs to start, or more than a machine has. */
const ByteSize = z.string().regex(/^[1-9]\d{0,6}(KiB|MiB|GiB)$/, {
  error: 'must be a whole number with a unit, e.g. `512MiB` or `2GiB`',
});

/** What a child process, and all that it starts, may use. */
export const LimitsSettings = z
  .strictObject({
    memory: ByteSize.optional().meta({
      description:
        'Memory of the program and of all that it starts, together. Beyond it the program is ended, and started again with backoff. A container is held to it by the kernel; other children are measured four times a second (Linux).',
      examples: ['512MiB'],
    }),
    processes: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta({
        description:
          'Processes of the program and of all that it starts, together; of a container its threads as well. A container gets no more; other children are ended beyond it, as for `memory`.',
        examples: [64],
      }),
    cpus: z
      .number()
      .min(0.01)
      .max(4096)
      .optional()
      .meta({
        description: 'How many processors may be busy for it at once. Containers only.',
        examples: [0.5],
      }),
    cpuSeconds: z
      .int()
      .min(1)
      .max(2_147_483_647)
      .optional()
      .meta({
        description:
          'Processor time of each of its processes, in seconds, over its whole life; then the process is ended. Not for containers.',
        examples: [3600],
      }),
    openFiles: z
      .int()
      .min(16)
      .max(1_048_576)
      .optional()
      .meta({ description: 'Files and sockets that each of its processes may have open.', examples: [1024] }),
  })
  .meta({
    description: 'What the program may use. A limit that cannot be kept on this machine stops the source.',
    examples: [{ memory: '512MiB', processes: 64, openFiles: 1024 }],
  });

export type LimitsSettings = z.output<typeof LimitsSettings>;

const UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** A size of {@link LimitsSettings} in bytes. */
export function toBytes(size: string): number {
  const [, count = '', unit = ''] = /^(\d+)(KiB|MiB|GiB)$/.exec(size) ?? [];
  const factor = UNITS[unit];
  if (factor === undefined) throw new TypeError('not a size');
  return Number(count) * factor;
}
