import { z } from 'zod';

/** How much of a tool's input schema clients get: the slice of the configuration that all compilers share. */
export const SchemaSettings = z
  .strictObject({
    budget: z
      .int()
      .min(200)
      .max(1_000_000)
      .default(1500)
      .describe(
        "What a tool's name, description and input schema may cost together, in tokens (o200k). A larger schema is presented " +
          'in a shorter, more permissive form; calls are always checked against the whole.',
      )
      .meta({ examples: [1500] }),
    limit: z
      .int()
      .min(1000)
      .max(1_000_000)
      .default(4000)
      .describe('What no tool may cost, however many arguments it requires, in tokens.')
      .meta({ examples: [4000] }),
    definitions: z
      .enum(['keep', 'inline'])
      .default('keep')
      .describe('`inline`: schemas are presented without `$defs`, for clients that cannot read them.')
      .meta({ examples: ['inline'] }),
  })
  .refine(({ budget, limit }) => budget <= limit, {
    path: ['budget'],
    error: 'must not be larger than `limit`',
  })
  .meta({ description: "The size of tools' input schemas as clients see them." });

export type SchemaSettings = z.output<typeof SchemaSettings>;

/** What holds where nothing is configured. */
export const DEFAULT_SCHEMA_SETTINGS: SchemaSettings = SchemaSettings.parse({});
