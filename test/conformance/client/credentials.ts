import { z } from 'zod';

/** What the suite tells a client beside the URL: credentials it was given beforehand, and calls to make. */
export const Context = z.looseObject({
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  toolCalls: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) })).optional(),
});
export type Context = z.output<typeof Context>;

/** The settings that a person would write for the source, to sign in as the scenario wants. */
export function credentialsFor(_scenario: string, _context: Context): Record<string, unknown> {
  return {};
}
