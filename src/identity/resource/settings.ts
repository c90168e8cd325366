import { z } from 'zod';

const scopes = z.array(
  z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, { error: 'must be a scope: printable, without spaces' }),
);

/** What clients are told of this server as a protected resource (RFC 9728), and which scopes they are told to ask for. */
export const ResourceSettings = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(100)
      .default('Bailiwick')
      .meta({
        description: 'What people are shown where they agree to a sign-in (`resource_name`).',
        examples: ['Tools of Example Inc.'],
      }),
    documentation: z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
      .optional()
      .meta({
        description: 'A page for developers (`resource_documentation`).',
        examples: ['https://wiki.example.com/tools'],
      }),
    scopes: scopes.optional().meta({
      description:
        'Scopes that clients can ask for (`scopes_supported`), as the authorization server wants them written. Absent: those of the embedded authorization server, and otherwise none are named.',
      examples: [['tickets:read', 'tickets:write'], ['api://bailiwick/tickets.read']],
    }),
    firstScopes: scopes.optional().meta({
      description:
        'Scopes that a client is told to ask for when it signs in (`scope` of the challenge). Absent: none are named there, and clients ask for all of `scopes`.',
      examples: [['tickets:read']],
    }),
  })
  .meta({ description: 'What clients are told of this server before they sign in.' });

export type ResourceSettings = z.output<typeof ResourceSettings>;
