import { z } from 'zod';
import { ClaimsSettings } from '../claims/settings.ts';

const text = z.string().min(1);

const ScopeName = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, { error: 'must be a scope: printable, without spaces' })
  .refine((name) => !['openid', 'offline_access', 'mcp'].includes(name), {
    error: 'is a name with a meaning of its own: `openid`, `offline_access` and `mcp` are not for tools',
  });

const Scope = z
  .strictObject({
    description: text.optional().meta({
      description: 'What it opens, in words that people read before they agree.',
      examples: ['Read tickets'],
    }),
    groups: z
      .array(text)
      .min(1)
      .optional()
      .meta({
        description:
          'Only people in one of these groups can give it to a program. Absent: everybody who signs in at `login.provider`.',
        examples: [['support']],
      }),
  })
  .meta({ description: 'One scope.', examples: [{ description: 'Read tickets', groups: ['support'] }] });

const LoginProvider = z
  .strictObject({
    issuer: z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
      .refine((url) => !/[?#]/.test(url), { error: 'must have no query and no fragment' })
      .meta({
        description:
          'The OpenID provider, exactly as its discovery document names it in `issuer`. http is for this machine only.',
        examples: ['https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0'],
      }),
    name: text.optional().meta({
      description: 'What people call it. Absent: the host of `issuer`.',
      examples: ['Example Corp'],
    }),
    clientId: text.meta({
      description: 'As which client this server signs people in there.',
      examples: ['6f1b2f3c-0000-4000-8000-000000000000'],
    }),
    clientSecret: text.optional().meta({
      description: 'The secret of that client. Absent: it has none, and PKCE alone protects the sign-in.',
      examples: ['${env:LOGIN_CLIENT_SECRET}'],
    }),
    scopes: z
      .array(text)
      .default(['openid', 'profile', 'email'])
      .meta({
        description: 'What is asked of the provider. `openid` is always asked.',
        examples: [['openid', 'profile', 'email', 'groups']],
      }),
    ...ClaimsSettings.shape,
  })
  .refine(({ issuer }) => issuer.startsWith('https:') || isLoopback(issuer), {
    path: ['issuer'],
    error: 'must be an https URL; http is for this machine only',
  })
  .meta({ description: 'People sign in at this OpenID provider, and are here who they are there.' });

const Client = z
  .strictObject({
    id: z
      .string()
      .regex(/^[\x21-\x7e]{1,256}$/, { error: 'must be printable, without spaces' })
      .refine((id) => !/^https?:/i.test(id), {
        error: 'must be no URL: a client that is a URL describes itself there',
      })
      .meta({ description: 'The id that the program is set up with.', examples: ['desktop'] }),
    name: text.optional().meta({ description: 'What people call it.', examples: ['Desktop assistant'] }),
    secret: text.optional().meta({
      description: 'Its secret. Absent: it has none, as programs on the machines of people have none.',
      examples: ['${env:DESKTOP_CLIENT_SECRET}'],
    }),
    redirectUris: z
      .array(z.url({ error: 'must be a URL' }))
      .min(1)
      .meta({
        description:
          'Where people are sent back to; compared exactly, but for the port of an address of this machine (RFC 8252).',
        examples: [['http://127.0.0.1/callback']],
      }),
  })
  .meta({ description: 'One program that is known beforehand.' });

/** The authorization server that Bailiwick itself is, for those who have none. */
export const AuthorizationServerSettings = z
  .strictObject({
    login: z
      .strictObject({
        keys: z
          .boolean()
          .default(false)
          .meta({
            description:
              'Whether people can sign in with a key of this server, static or virtual. The program then acts as the principal of the key, and only as long as the key counts.',
            examples: [true],
          }),
        provider: LoginProvider.optional(),
      })
      .refine(({ keys, provider }) => keys || provider !== undefined, {
        error: 'needs `keys: true` or `provider`: without either nobody can sign in',
      })
      .meta({ description: 'How people show who they are.', examples: [{ keys: true }] }),
    scopes: z
      .record(ScopeName, Scope)
      .default({})
      .meta({
        description:
          'Scopes that programs can ask for. Someone who signs in with a key can give what its principal holds, whether it is listed here or not.',
        examples: [{ 'tickets:read': { description: 'Read tickets' } }],
      }),
    clients: z
      .array(Client)
      .default([])
      .meta({
        description: 'Programs that are known beforehand.',
        examples: [[{ id: 'desktop', redirectUris: ['http://127.0.0.1/callback'] }]],
      }),
    clientDocuments: z
      .union([
        z.boolean(),
        z.strictObject({
          hosts: z
            .array(text)
            .min(1)
            .meta({
              description: 'Hosts, as the URLs write them.',
              examples: [['clients.internal.example']],
            }),
        }),
      ])
      .default(true)
      .meta({
        description:
          'Whether a program can be the https URL of a document that describes it (client ID metadata document); that is fetched from public addresses only. `hosts`: only documents of these hosts, which may be in a private network. `false`: no such programs.',
        examples: [true, { hosts: ['clients.internal.example'] }],
      }),
    registration: z
      .enum(['off', 'loopback', 'open'])
      .default('loopback')
      .meta({
        description:
          'Whether programs can register themselves (RFC 7591). `loopback`: while this server is reached only from its own machine. `open`: always; anybody who reaches it can then register a program under any name, though only people who agree give it anything.',
        examples: ['loopback'],
      }),
    accessTokenSeconds: z
      .int()
      .min(60)
      .max(86_400)
      .default(3600)
      .meta({
        description: 'How long an access token lasts, in seconds.',
        examples: [3600],
      }),
    signInDays: z
      .int()
      .min(1)
      .max(365)
      .default(30)
      .meta({
        description:
          'How long a sign-in lasts at most, in days; until then programs get new access tokens by themselves.',
        examples: [30],
      }),
  })
  .superRefine(({ clients }, context) => {
    for (const [index, { id }] of clients.entries()) {
      if (clients.findIndex((other) => other.id === id) === index) continue;
      context.addIssue({
        code: 'custom',
        path: ['clients', index, 'id'],
        message: 'is given to another client already',
      });
    }
  })
  .meta({
    description:
      'Serve as an OAuth authorization server, so that clients sign in with a browser against Bailiwick itself. Absent: it is none.',
    examples: [{ login: { keys: true } }],
  });

export type AuthorizationServerSettings = z.output<typeof AuthorizationServerSettings>;
export type LoginProviderSettings = NonNullable<AuthorizationServerSettings['login']['provider']>;

function isLoopback(url: string): boolean {
  return URL.canParse(url) && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(new URL(url).hostname);
}
