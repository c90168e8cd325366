import { z } from 'zod';
import { kindOfAddress } from '../../network/address-kind.ts';

const text = z.string().min(1);

const scopes = z
  .array(z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, { error: 'must be a scope of RFC 6749 §3.3' }))
  .min(1)
  .optional()
  .meta({
    description:
      'Scopes to ask for. Absent: those that the server asks for in its challenge, or else those that its metadata lists.',
    examples: [['issues:read']],
  });

const endpoint = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .refine(isProtectedUrl, { error: 'must be an https URL without a user name; http is for this machine' });

const issuer = endpoint.optional().meta({
  description:
    'Issuer of the authorization server. Absent: the server itself says which one it trusts (RFC 9728). A client secret is sent to whom the server names, so name the issuer where you know it.',
  examples: ['https://login.example.com'],
});

const tokenUrl = endpoint.optional().meta({
  description: 'Token endpoint, where nothing shall be discovered. Instead of `issuer`.',
  examples: ['https://login.example.com/oauth/token'],
});

/** How a client proves itself to an authorization server. */
const client = {
  clientId: text.meta({ description: 'Client that is registered for Bailiwick.', examples: ['bailiwick'] }),
  clientSecret: text
    .optional()
    .meta({ description: "The client's secret.", examples: ['${env:ISSUES_CLIENT_SECRET}'] }),
  privateKey: z
    .string()
    .regex(/PRIVATE KEY-----/, { error: 'must be a private key in PEM; write `${file:keys/client.pem}`' })
    .optional()
    .meta({
      description:
        'Private key, PEM, of a client that proves itself by a signed assertion (`private_key_jwt`, RFC 7523). Instead of `clientSecret`.',
      examples: ['${file:keys/client.pem}'],
    }),
  algorithm: z
    .enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])
    .optional()
    .meta({
      description:
        'Algorithm that `privateKey` signs with (RFC 7518). Absent: the usual one of the kind of key: RS256, ES256, EdDSA.',
      examples: ['ES256'],
    }),
  keyId: text.optional().meta({ description: '`kid` of the signature.', examples: ['2026-1'] }),
  authentication: z
    .enum(['basic', 'post'])
    .optional()
    .meta({
      description:
        'How `clientSecret` is sent: `basic` in the `Authorization` header, `post` in the body. Absent: what the authorization server offers, `basic` before `post`.',
      examples: ['post'],
    }),
};

const ONE_PROOF = { error: 'takes one of `clientSecret` and `privateKey`' };
const ONE_PLACE = { error: 'takes one of `issuer` and `tokenUrl`' };

const hasOneProof = (given: { clientSecret?: unknown; privateKey?: unknown }): boolean =>
  given.clientSecret === undefined || given.privateKey === undefined;
const hasOnePlace = (given: { issuer?: unknown; tokenUrl?: unknown }): boolean =>
  given.issuer === undefined || given.tokenUrl === undefined;

const audience = text.optional().meta({
  description: '`audience` of the token request, where the authorization server wants one.',
  examples: ['https://mcp.example.com'],
});

const resource = text.optional().meta({
  description:
    '`resource` of the token request (RFC 8707). Absent: what the metadata of the server says; with `tokenUrl`, nothing.',
  examples: ['https://mcp.example.com/mcp'],
});

const ClientCredentials = z
  .strictObject({ ...client, scopes, issuer, tokenUrl, audience, resource })
  .refine((given) => given.clientSecret !== undefined || given.privateKey !== undefined, {
    error: 'needs `clientSecret` or `privateKey`',
  })
  .refine(hasOneProof, ONE_PROOF)
  .refine(hasOnePlace, ONE_PLACE)
  .meta({
    description: 'Bailiwick has an account of its own (OAuth client credentials): all callers share it.',
    examples: [{ clientId: 'bailiwick', clientSecret: '${env:ISSUES_CLIENT_SECRET}' }],
  });

const OAuth = z
  .strictObject({
    scopes,
    issuer,
    clientId: client.clientId.optional(),
    clientSecret: client.clientSecret,
    clientMetadataUrl: z
      .url({ protocol: /^https$/, error: 'must be an https URL' })
      .refine((url) => URL.parse(url)?.pathname !== '/', { error: 'must have a path' })
      .optional()
      .meta({
        description:
          'URL of a client ID metadata document that stands for Bailiwick where no client is registered. Absent: Bailiwick serves one at `/oauth/client-metadata.json` where `server.publicUrl` is https.',
        examples: ['https://example.com/bailiwick-client.json'],
      }),
    registration: z
      .boolean()
      .default(true)
      .meta({
        description:
          'Register a client by itself (RFC 7591) where there is neither a `clientId` nor a metadata document that the authorization server takes.',
        examples: [false],
      }),
    redirectUrl: endpoint.optional().meta({
      description:
        'Where the authorization server sends the browser back to, if that differs from `<publicUrl>/oauth/callback`. It has to lead there.',
      examples: ['https://tools.example.com/oauth/callback'],
    }),
    listAs: text.optional().meta({
      description:
        'Principal of `identity.principals` whose sign-in the lists are read with. Absent: that of whoever signed in.',
      examples: ['agent'],
    }),
  })
  .refine(({ clientId, clientSecret }) => clientId !== undefined || clientSecret === undefined, {
    path: ['clientId'],
    error: 'must be set where there is a `clientSecret`',
  })
  .meta({
    description:
      'Each principal signs in for itself, in a browser (authorization code with PKCE). Tokens are kept encrypted in the state.',
    examples: [{ scopes: ['issues:read'] }],
  });

const subjectTokenType = (usual: string) =>
  text.default(`urn:ietf:params:oauth:token-type:${usual}`).meta({
    description: "What the caller's own credential is (RFC 8693 §3).",
    examples: ['urn:ietf:params:oauth:token-type:access_token', 'urn:ietf:params:oauth:token-type:id_token'],
  });

const TokenExchange = z
  .strictObject({
    ...client,
    scopes,
    issuer,
    tokenUrl,
    audience,
    resource,
    subjectTokenType: subjectTokenType('access_token'),
    actor: z
      .strictObject({
        token: text.meta({ description: 'Token of the acting party.', examples: ['${env:ACTOR_TOKEN}'] }),
        type: text.default('urn:ietf:params:oauth:token-type:access_token').meta({
          description: 'What `token` is.',
          examples: ['urn:ietf:params:oauth:token-type:jwt'],
        }),
      })
      .optional()
      .meta({ description: 'Who acts for the caller (RFC 8693 §2.1).' }),
  })
  .refine(hasOneProof, ONE_PROOF)
  .refine(hasOnePlace, ONE_PLACE)
  .meta({
    description:
      "The caller's own credential is exchanged for one of the server (RFC 8693). The server never sees the former.",
    examples: [{ clientId: 'bailiwick', clientSecret: '${env:EXCHANGE_SECRET}', audience: 'issues' }],
  });

const Assertion = z
  .strictObject({
    ...client,
    scopes,
    issuer,
    resource,
    subjectTokenType: subjectTokenType('id_token'),
    identityProvider: z
      .strictObject({ ...client, issuer, tokenUrl })
      .refine(hasOneProof, ONE_PROOF)
      .refine(({ issuer: at, tokenUrl: url }) => (at === undefined) !== (url === undefined), {
        error: 'needs exactly one of `issuer` and `tokenUrl`',
      })
      .meta({
        description: 'Who signed the caller in, and gives an identity assertion (ID-JAG) for the server.',
        examples: [{ issuer: 'https://idp.example.com', clientId: 'bailiwick' }],
      }),
  })
  .refine(hasOneProof, ONE_PROOF)
  .meta({
    description:
      "The caller's own identity token is exchanged at its identity provider for an assertion, and that for a token of the server (ID-JAG; JWT bearer grant, RFC 7523).",
    examples: [
      {
        clientId: 'bailiwick-at-issues',
        clientSecret: '${env:ISSUES_CLIENT_SECRET}',
        identityProvider: { issuer: 'https://idp.example.com', clientId: 'bailiwick' },
      },
    ],
  });

/** How an upstream MCP server is shown on whose behalf a request comes. */
export const McpAuthSettings = z
  .union(
    [
      z.strictObject({ clientCredentials: ClientCredentials }),
      z.strictObject({ oauth: OAuth }),
      z.strictObject({ tokenExchange: TokenExchange }),
      z.strictObject({ assertion: Assertion }),
      z.strictObject({
        passThrough: z.literal(true).meta({
          description:
            "The caller's own token is passed on as it is. Only for a server that is meant to get the very tokens that Bailiwick gets.",
          examples: [true],
        }),
      }),
    ],
    {
      error:
        'give exactly one of { clientCredentials }, { oauth }, { tokenExchange }, { assertion } or { passThrough: true }',
    },
  )
  .meta({
    description: 'OAuth towards the server. A fixed credential goes into `headers` instead.',
    examples: [
      { oauth: {} },
      { clientCredentials: { clientId: 'bailiwick', clientSecret: '${env:SECRET}' } },
    ],
  });

export type McpAuthSettings = z.output<typeof McpAuthSettings>;
export type ClientCredentialsSettings = z.output<typeof ClientCredentials>;
export type OAuthSettings = z.output<typeof OAuth>;
export type TokenExchangeSettings = z.output<typeof TokenExchange>;
export type AssertionSettings = z.output<typeof Assertion>;

function isProtectedUrl(given: string): boolean {
  const url = URL.parse(given);
  return url !== null && url.username === '' && url.password === '' && url.hash === '' && isProtected(url);
}

/** Over TLS, or on this machine (MCP, basic/authorization, "Communication Security"). */
export function isProtected(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isOnThisMachine(url));
}

/** Whether the URL itself says so: what a name resolves to is for its owner to say. */
export function isOnThisMachine({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || kindOfAddress(host) === 'loopback';
}
