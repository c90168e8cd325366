import { z } from 'zod';

const path = z.string().min(1);

/** Where the policies are: one folder or file, or several. */
export const PolicySettings = z.union([path, z.array(path).min(1)]).meta({
  description:
    'A policy file, a folder of `*.policy.yaml` files, or a list of either. Without any policy every call is denied. The default folder may be absent; what is named here must exist.',
  examples: ['policies/', ['policies/', '../shared/base.policy.yaml']],
});

export type PolicySettings = z.output<typeof PolicySettings>;
