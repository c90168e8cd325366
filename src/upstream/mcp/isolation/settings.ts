import { z } from 'zod';
import { LimitsSettings } from './limits-settings.ts';

/** A `name@sha256:…`, or the id of a local image. */
const DIGEST = /^(?:[a-z0-9][^\s@]{0,250}@)?sha256:[0-9a-f]{64}$/i;
const IMAGE = /^[a-z0-9][^\s]{0,400}$/i;

/** Absolute, without a way up and without what separates the parts of a mount option. */
const INSIDE = /^\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0,:"]+$/;

const SharedFolder = z.union([
  z
    .string()
    .min(1)
    .regex(/^[^\0,:"]+$/, { error: 'must hold no comma, colon, double quote or NUL' }),
  z
    .strictObject({
      path: z
        .string()
        .min(1)
        .regex(/^[^\0,:"]+$/, { error: 'must hold no comma, colon, double quote or NUL' })
        .meta({ description: 'A folder or file of this machine.', examples: ['./data'] }),
      write: z
        .boolean()
        .default(false)
        .meta({ description: 'Whether the program may change it.', examples: [true] }),
      at: z
        .string()
        .regex(INSIDE, { error: 'must be an absolute path without `..`, comma, colon or double quote' })
        .optional()
        .meta({
          description: 'Where the program finds it. Absent: under the path that it has on this machine.',
          examples: ['/data'],
        }),
    })
    .meta({ description: 'A folder, and what may be done to it.' }),
]);

const Options = z.array(
  z.string().regex(/^[^\0]+$/, { error: 'must not be empty, and must hold no NUL character' }),
);

/** What one program may reach. A profile says the same under a name. */
const PermissionShape = {
  level: z.enum(['none', 'process', 'container']).meta({
    description:
      '`none`: a child of Bailiwick with the rights of its user. `process`: bubblewrap, with a root that cannot be written, a private `/tmp`, no home and no network. `container`: Docker or Podman, without capabilities, network or a writable root. What this machine cannot give is refused when the source starts.',
    examples: ['process'],
  }),
  network: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether the program reaches the network, loopback included.', examples: [true] }),
  folders: z
    .array(SharedFolder)
    .max(100)
    .default([])
    .meta({
      description:
        'What the program sees of this machine’s files beside the system’s programs: to read, unless `write: true`. None may hold the configuration, the state or the audit of Bailiwick.',
      examples: [['./data', { path: './out', write: true }]],
    }),
  limits: LimitsSettings.optional(),
  image: z
    .string()
    .regex(IMAGE, { error: 'must be the name of an image, or `name@sha256:…`' })
    .optional()
    .meta({
      description: 'The image of a container, by digest. It holds the program of `command`.',
      examples: [
        'docker.io/library/node@sha256:0000000000000000000000000000000000000000000000000000000000000000',
      ],
    }),
  allowTag: z
    .boolean()
    .default(false)
    .meta({
      description: 'Accept an image by tag. Who can write to the registry then decides what runs.',
      examples: [true],
    }),
  pull: z
    .enum(['never', 'missing'])
    .default('missing')
    .meta({ description: 'Whether an image that is not here is fetched.', examples: ['never'] }),
  runtime: z
    .enum(['docker', 'podman'])
    .optional()
    .meta({
      description: 'What runs the container. Absent: whichever is installed, Podman first.',
      examples: ['podman'],
    }),
  runtimeOptions: Options.default([]).meta({
    description: 'Options of the runtime itself, before its `run`. They can loosen the isolation.',
    examples: [['--cgroup-manager', 'cgroupfs']],
  }),
  runOptions: Options.default([]).meta({
    description: 'Further options of `run`. They can loosen the isolation.',
    examples: [['--ulimit', 'nproc=4096:4096']],
  }),
};

const CONTAINER_ONLY = ['image', 'allowTag', 'pull', 'runtime', 'runtimeOptions', 'runOptions'] as const;

type Permissions = z.output<z.ZodObject<typeof PermissionShape>>;

function checkPermissions(permissions: Permissions, context: z.RefinementCtx): void {
  const fail = (key: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [key], message });
  };
  const { level, image, allowTag, folders, network, limits } = permissions;
  if (level !== 'container') {
    for (const key of CONTAINER_ONLY) {
      if (isGiven(permissions[key])) fail(key, `is for \`level: container\` only, not for \`${level}\``);
    }
    if (limits?.cpus !== undefined) fail('limits', 'can hold `cpus` with `level: container` only');
  } else if (image === undefined) {
    fail('image', 'is needed for a container: `name@sha256:…`');
  } else if (!allowTag && !DIGEST.test(image)) {
    fail('image', 'must name a digest (`name@sha256:…`), or `allowTag: true` must stand beside it');
  }
  if (level === 'container' && limits?.cpuSeconds !== undefined) {
    fail('limits', 'of a container cannot hold `cpuSeconds`; use `cpus`');
  }
  if (level === 'none' && folders.length > 0)
    fail('folders', 'says nothing with `level: none`, which sees all');
  if (level === 'none' && network) fail('network', 'says nothing with `level: none`, which has it');
}

/** Not what stands in for an absent key. */
function isGiven(value: unknown): boolean {
  const isDefault = value === undefined || value === false || value === 'missing';
  return !isDefault && !(Array.isArray(value) && value.length === 0);
}

/** One permission profile. */
export const PermissionProfile = z
  .strictObject(PermissionShape)
  .superRefine(checkPermissions)
  .meta({ description: 'What a program may reach.' });

export type PermissionProfile = z.output<typeof PermissionProfile>;

/** `profiles` of the configuration. */
export const ProfilesSettings = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, {
      error: 'a profile is named with lower-case letters, digits or `-`, a letter first',
    }),
    PermissionProfile,
  )
  .default({})
  .meta({
    description:
      'Permission profiles: what programs may reach, under names that sources use as `isolation: { profile: <name> }`.',
    examples: [{ offline: { level: 'process', folders: ['./data'], limits: { memory: '512MiB' } } }],
  });

export type ProfilesSettings = z.output<typeof ProfilesSettings>;

/** What a program that Bailiwick starts may reach. */
export const IsolationSettings = z
  .union([
    z.enum(['none', 'process']),
    z
      .strictObject({
        profile: z
          .string()
          .min(1)
          .meta({ description: 'One of `profiles`.', examples: ['offline'] }),
      })
      .meta({ description: 'A permission profile of the configuration.' }),
    PermissionProfile,
  ])
  .meta({
    description:
      'What the program may reach: `none` or `process` for that level with nothing opened, a profile, or everything by itself.',
    examples: ['process', { profile: 'offline' }, { level: 'process', network: true, folders: ['./data'] }],
  });

export type IsolationSettings = z.output<typeof IsolationSettings>;
