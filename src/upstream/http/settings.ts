import { z } from 'zod';
import { kindOfAddress } from '../network/address-kind.ts';

const BEARER = /^[\x21-\x7E]+$/;
const KEY = /^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$/;

const ApiKeyCredential = z.strictObject({
  apiKey: z
    .string()
    .regex(KEY, 'must be printable ASCII without line breaks, and not empty')
    .describe(
      'Value of an `apiKey` scheme, sent in the header, query parameter or cookie that the document names.',
    )
    .meta({ examples: ['${env:HELPDESK_KEY}'] }),
});

const BearerCredential = z.strictObject({
  bearer: z
    .string()
    .regex(BEARER, 'must be printable ASCII without white space, and not empty')
    .describe('Token of an HTTP bearer, OAuth 2 or OpenID Connect scheme, sent as `Authorization: Bearer`.')
    .meta({ examples: ['${env:HELPDESK_TOKEN}'] }),
});

const BasicCredential = z.strictObject({
  username: z
    .string()
    .regex(/^[^:\p{Cc}]*$/u, 'must not hold a colon (RFC 7617) or a control character')
    .describe('User name of an HTTP basic scheme.')
    .meta({ examples: ['bailiwick'] }),
  password: z
    .string()
    .regex(/^\P{Cc}*$/u, 'must not hold a line break or another control character')
    .describe('Password of an HTTP basic scheme.')
    .meta({ examples: ['${env:HELPDESK_PASSWORD}'] }),
});

/** RFC 7230 field value; RFC 9110 §11.4. */
const AuthorizationCredential = z.strictObject({
  authorization: z
    .string()
    .regex(KEY, 'must be printable ASCII without line breaks, and not empty')
    .describe(
      'Whole value of the `Authorization` header for an HTTP scheme other than basic and bearer. Schemes that compute each ' +
        'value anew (digest, negotiate, DPoP, …) are not supported.',
    )
    .meta({ examples: ['ApiKey ${env:HELPDESK_KEY}'] }),
});

const OAuthEndpoint = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .refine((text) => isProtectedUrl(text), {
    error: 'must be an https URL; http is for `localhost` and addresses of a private network',
  });

const OAuthCredential = z
  .strictObject({
    clientId: z
      .string()
      .min(1)
      .describe('Client of an OAuth 2 or OpenID Connect scheme: tokens are asked for by client credentials.')
      .meta({ examples: ['bailiwick'] }),
    clientSecret: z
      .string()
      .min(1)
      .describe("The client's secret.")
      .meta({ examples: ['${env:HELPDESK_CLIENT_SECRET}'] }),
    tokenUrl: OAuthEndpoint.optional()
      .describe("Token endpoint. It is never read from the API's document.")
      .meta({ examples: ['https://login.example.com/oauth/token'] }),
    issuer: OAuthEndpoint.optional()
      .describe(
        'Issuer whose discovery document (OpenID Connect) names the token endpoint, on the same host. Instead of `tokenUrl`.',
      )
      .meta({ examples: ['https://login.example.com'] }),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, 'must be a scope of RFC 6749 §3.3'))
      .optional()
      .describe('Scopes to ask for. Absent: those of the operation.')
      .meta({ examples: [['tickets:read']] }),
    audience: z
      .string()
      .min(1)
      .optional()
      .describe('`audience` of the token request, where the authorization server wants one.')
      .meta({ examples: ['https://helpdesk.example.com'] }),
    authentication: z
      .enum(['basic', 'post'])
      .optional()
      .describe(
        'How the client proves itself: `basic` (the default) in the `Authorization` header, `post` in the body.',
      )
      .meta({ examples: ['post'] }),
  })
  .refine(({ tokenUrl, issuer }) => (tokenUrl === undefined) !== (issuer === undefined), {
    error: 'needs exactly one of `tokenUrl` and `issuer`',
  });

const CertificateCredential = z.strictObject({
  certificate: z
    .string()
    .min(1)
    .describe(
      "File with the client certificate of a mutual TLS scheme, and its chain, PEM. All of the source's connections show it.",
    )
    .meta({ examples: ['tls/client.crt'] }),
  key: z
    .string()
    .min(1)
    .describe('File with its private key, PEM.')
    .meta({ examples: ['tls/client.key'] }),
  ca: z
    .string()
    .min(1)
    .optional()
    .describe('File with authorities to trust beside those of the system, PEM.')
    .meta({ examples: ['tls/ca.crt'] }),
});

/** One configured credential; the union in `credentials.ts`. Texts of its issues never repeat the secret. */
const CredentialSettings = z.union(
  [
    ApiKeyCredential,
    BearerCredential,
    BasicCredential,
    AuthorizationCredential,
    OAuthCredential,
    CertificateCredential,
  ],
  {
    error:
      'give exactly one of { apiKey }, { bearer }, { username, password }, { authorization }, { clientId, clientSecret, tokenUrl } or { certificate, key }',
  },
);

/** How an HTTP API is reached: the slice of the configuration that this folder owns. */
export const HttpSettings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .refine(isPlainUrl, 'must not hold a user, a query or a fragment; credentials go into `credentials`')
    .optional()
    .describe(
      "Base URL of the API. Wins over the document's own servers; required where a credential is given.",
    )
    .meta({ examples: ['http://127.0.0.1:8809'] }),
  credentials: z
    .record(z.string().min(1), CredentialSettings)
    .optional()
    .describe(
      "What to send, by the name of the document's security scheme. For each operation the first alternative of its " +
        '`security` whose schemes all have a credential is used; where there is none, the request goes out without.',
    )
    .meta({ examples: [{ apiToken: { bearer: '${env:HELPDESK_TOKEN}' } }] }),
  tls: z
    .strictObject({
      ca: z
        .string()
        .min(1)
        .describe('File with authorities to trust beside those of the system, PEM.')
        .meta({ examples: ['tls/ca.crt'] }),
    })
    .optional()
    .describe('TLS of the connections to the API and to its token endpoint.')
    .meta({ examples: [{ ca: 'tls/ca.crt' }] }),
  privateNetwork: z
    .boolean()
    .optional()
    .describe(
      'True: names may lead to loopback and private addresses. Without it only public addresses are reached, and the ' +
        'address or `localhost` that `url` itself writes. Link-local addresses and metadata services stay closed.',
    )
    .meta({ examples: [true] }),
  timeout: z
    .int()
    .min(1)
    .max(3_600_000)
    .default(30_000)
    .describe('Longest time for one call, from connecting to the last byte of the answer, in milliseconds.')
    .meta({ examples: [10_000] }),
  maxResponseBytes: z
    .int()
    .min(1)
    .max(256 * 1024 * 1024)
    .default(10 * 1024 * 1024)
    .describe('Largest answer, after decompression, in bytes. A larger one is an error, never cut short.')
    .meta({ examples: [1_048_576] }),
});

/** A secret goes there (RFC 6749 §3.2): over TLS, or without leaving a network that the operator wrote down himself. */
function isProtectedUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return false;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return (
    url.protocol === 'https:' || host === 'localhost' || ['loopback', 'private'].includes(kindOfAddress(host))
  );
}

/** True unless a document could decide which host receives a credential. */
export function hasUrlForCredentials(settings: z.output<typeof HttpSettings>): boolean {
  return settings.url !== undefined || Object.keys(settings.credentials ?? {}).length === 0;
}

function isPlainUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}
