import { z } from 'zod';
import { ChildSettingsShape } from '../mcp/child-settings.ts';

/** Node refuses longer timers. */
const milliseconds = z.int().min(1).max(2_147_483_647);

/** A file, or with `*` in its name those of a folder. */
const ToolFiles = z
  .string()
  .min(1)
  .regex(/^[^\0?[\]{}]*$/, { error: 'knows no wildcard but `*`' })
  .refine((glob) => !/\*.*[/\\]/.test(glob) && !glob.includes('**'), {
    error: 'may have `*` in the name of the file only; name several folders in a list',
  })
  .refine((glob) => /\.[cm]?[jt]s$/.test(glob), { error: 'must end with `.ts`, `.mts`, `.js` or `.mjs`' });

/** A source that is files of the operator's own, each a tool. */
export const ToolsSourceSettings = z
  .strictObject({
    tools: z.union([ToolFiles, z.array(ToolFiles).min(1).max(100)]).meta({
      description:
        'The files, each of which exports one tool: `name`, `description`, `input`, `access` and `run`. `*` stands for any name; declarations (`.d.ts`), tests (`.test.ts`) and names that begin with a dot are left out.',
      examples: ['./tools/*.ts', ['./tools/*.ts', './extra/one.ts']],
    }),
    ...ChildSettingsShape,
    timeout: milliseconds.default(60_000).meta({
      description: 'How long one call may take, in milliseconds.',
      examples: [60_000],
    }),
    startupTimeout: milliseconds.default(30_000).meta({
      description: 'How long the files may take to load, in milliseconds.',
      examples: [30_000],
    }),
  })
  .meta({ description: 'Local modules, run in one child process.' });

export type ToolsSourceSettings = z.output<typeof ToolsSourceSettings>;
