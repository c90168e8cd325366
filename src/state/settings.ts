import { z } from 'zod';
import { parseRedisUrl } from './redis/redis-url.ts';

const text = z.string().min(1);

const RedisUrl = text.superRefine((url, context) => {
  const parsed = parseRedisUrl(url);
  if (typeof parsed === 'string') context.addIssue({ code: 'custom', message: parsed });
});

/** A cluster has no other databases. */
const ClusterUrl = RedisUrl.refine(
  (url) => {
    const parsed = parseRedisUrl(url);
    return typeof parsed === 'string' || parsed.database === 0;
  },
  { error: 'must not name a database: a cluster has only database 0' },
);

const Redis = z
  .strictObject({
    url: RedisUrl.optional().meta({
      description: 'One server: `redis://host:6379/0`, or `rediss://` for TLS.',
      examples: ['redis://127.0.0.1:6379'],
    }),
    cluster: z
      .array(ClusterUrl)
      .min(1)
      .optional()
      .meta({
        description: 'Redis Cluster: URLs of some of its nodes; the others are found.',
        examples: [['redis://10.0.0.1:6379', 'redis://10.0.0.2:6379']],
      }),
    sentinel: z
      .strictObject({
        name: text.meta({ description: 'The name of the primary.', examples: ['mymaster'] }),
        urls: z
          .array(RedisUrl)
          .min(1)
          .meta({
            description: 'URLs of the sentinels.',
            examples: [['redis://10.0.0.1:26379']],
          }),
        username: text.optional().meta({ description: 'User name at the sentinels.' }),
        password: text.optional().meta({ description: 'Password at the sentinels.' }),
      })
      .optional()
      .meta({ description: 'Redis behind Sentinel.' }),
    username: text.optional().meta({ description: 'User name; where given, it counts before one in a URL.' }),
    password: text.optional().meta({ description: 'Password.', examples: ['${env:REDIS_PASSWORD}'] }),
    tls: z
      .strictObject({
        ca: text.optional().meta({ description: 'PEM file of the authority; absent: those of the system.' }),
        serverName: text.optional().meta({ description: 'The name that the certificate must have.' }),
      })
      .optional()
      .meta({ description: 'TLS, also where the URL says `redis://`.' }),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/, { error: 'must be 1 to 64 letters, digits, `.`, `_` or `-`' })
      .default('bailiwick')
      .meta({
        description: 'Names the deployment: gateways with the same prefix behave as one.',
        examples: ['bailiwick'],
      }),
    timeoutMs: z
      .int()
      .min(50)
      .max(60_000)
      .default(1_000)
      .meta({ description: 'How long an answer may take, in milliseconds, before Redis counts as away.' }),
  })
  .refine(({ url, cluster, sentinel }) => [url, cluster, sentinel].filter(Boolean).length === 1, {
    error: 'needs exactly one of `url`, `cluster` and `sentinel`',
  })
  .meta({ description: 'State in Redis, shared by all gateways of a deployment.' });

const DEFAULT_FILE = '.bailiwick/state.db';

/** Where limits, budgets, keys, approvals and the like are kept. */
export const StateSettings = z
  .strictObject({
    sqlite: text.optional().meta({
      description: 'State in a file, for one machine. The default.',
      examples: ['.bailiwick/state.db'],
    }),
    redis: Redis.optional(),
    memory: z
      .literal(true)
      .optional()
      .meta({ description: 'State in the process, gone when it ends: budgets begin anew at each start.' }),
    localShare: z.number().gt(0).max(1).default(0.1).meta({
      description:
        'While Redis is away, the part of each soft limit that this gateway counts against; with ten gateways, 0.1.',
    }),
    encryptionKeys: z
      .array(text.min(32, { error: 'must be at least 32 characters of random text' }))
      .min(1)
      .optional()
      .meta({
        description:
          'Secrets that tokens are encrypted with at rest. The first one encrypts, all decrypt: to rotate, put a new one first and take the old one out once everything was written anew. Absent: a key is made in a file beside the SQLite file; with Redis there is then no place for tokens.',
        examples: [['${env:BAILIWICK_STATE_KEY}']],
      }),
  })
  .overwrite((settings) =>
    settings.redis || settings.memory || settings.sqlite ? settings : { ...settings, sqlite: DEFAULT_FILE },
  )
  .refine(({ sqlite, redis, memory }) => [sqlite, redis, memory].filter(Boolean).length <= 1, {
    error: 'takes one of `sqlite`, `redis` and `memory`',
  })
  .meta({ description: 'Where limits, budgets, keys, approvals and the like are kept.' });

export type StateSettings = z.output<typeof StateSettings>;
