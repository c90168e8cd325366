import { z } from 'zod';

const path = z.string().min(1);

/** Where the policies are: one folder or file, or several. */
export const PolicySettings = z.union([path, z.array(path).min(1)]).meta({
  description:
    'A policy file, a folder of `*.policy.yaml` files, or a list of either. Without any policy every call is denied. The default folder may be absent; what is named here must exist.',
  examples: ['policies/', ['policies/', '../shared/base.policy.yaml']],
});

/** Policies that are tried beside those in force. */
export const ShadowSettings = z
  .strictObject({
    policies: z.union([path, z.array(path).min(1)]).meta({
      description:
        'A policy file, a folder of `*.policy.yaml` files, or a list of either: all the policies that would be in force, not only those that differ.',
      examples: ['policies-next/', ['policies/', 'proposed.policy.yaml']],
    }),
  })
  .meta({
    description:
      'Policies that are decided beside those in force, on every call and list, with the same facts. They open and close nothing: where they decide otherwise, the record says so in `detail.shadow`, and `bailiwick audit query --shadow` shows it.',
    examples: [{ policies: 'policies-next/' }],
  });

export type PolicySettings = z.output<typeof PolicySettings>;
