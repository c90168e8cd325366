import { z } from 'zod';

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

/** One configured credential; the union in `credentials.ts`. Texts of its issues never repeat the secret. */
const CredentialSettings = z.union([ApiKeyCredential, BearerCredential, BasicCredential], {
  error: 'give exactly one of { apiKey }, { bearer } or { username, password }',
});

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

/** True unless a document could decide which host receives a credential. */
export function hasUrlForCredentials(settings: z.output<typeof HttpSettings>): boolean {
  return settings.url !== undefined || Object.keys(settings.credentials ?? {}).length === 0;
}

function isPlainUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}
