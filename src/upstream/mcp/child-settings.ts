import { z } from 'zod';
import { LimitsSettings } from './isolation/limits-settings.ts';
import { IsolationSettings } from './isolation/settings.ts';

const VariableName = z
  .string()
  .regex(/^[^=\0]+$/, { error: 'an environment variable has a name without `=`' });

/** What is said of every program that Bailiwick starts. */
export const ChildSettingsShape = {
  env: z
    .record(VariableName, z.string().regex(/^[^\0]*$/, { error: 'must not hold a NUL character' }))
    .default({})
    .meta({
      description:
        "Environment variables of the program. It is given these and a fixed minimal set (`PATH`, `HOME`, `LANG`, `LC_ALL`, `TMPDIR` and `TERM`; on Windows its counterparts), those of `inherit`, nothing else of Bailiwick's own environment.",
      examples: [{ GITHUB_TOKEN: '${env:GITHUB_TOKEN}' }],
    }),
  inherit: z
    .array(VariableName)
    .max(200)
    .default([])
    .meta({
      description:
        "Names of further variables of Bailiwick's own environment that the program is given. One that is not set is left out.",
      examples: [['HTTPS_PROXY', 'NO_PROXY']],
    }),
  isolation: IsolationSettings.optional(),
  limits: LimitsSettings.optional(),
};
