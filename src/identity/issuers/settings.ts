import { z } from 'zod';
import { ClaimsSettings } from '../claims/settings.ts';
import { IntrospectionSettings } from '../introspection/settings.ts';
import { ALGORITHMS } from './algorithms.ts';
import { isLoopbackUrl } from './loopback-url.ts';

const text = z.string().min(1);

/** RFC 8414, section 2: no query, no fragment. Plain http only where nothing but this machine can listen. */
const IssuerUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
  .refine((url) => !/[?#]/.test(url), { error: 'must have no query and no fragment' })
  .refine((url) => url.startsWith('https:') || isLoopbackUrl(url), {
    error: 'must be an https URL; http is for this machine only',
  });

/** One authorization server whose tokens are taken. */
export const IssuerSettings = z
  .strictObject({
    issuer: IssuerUrl.meta({
      description:
        'The issuer, exactly as its tokens name it in `iss`: a slash at the end counts. Its keys are found by its discovery document.',
      examples: [
        'https://login.example.com',
        'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0',
      ],
    }),
    audience: z
      .union([text, z.array(text).min(1)])
      .transform((value) => (Array.isArray(value) ? value : [value]))
      .optional()
      .meta({
        description:
          'The audience that a token has to name, or several of which any will do. Absent: the resource of this server, `<publicUrl>/mcp` (RFC 8707).',
        examples: ['api://bailiwick', ['api://bailiwick', '6f1b2f3c-0000-4000-8000-000000000000']],
      }),
    algorithms: z
      .array(z.enum(ALGORITHMS))
      .min(1)
      .optional()
      .meta({
        description:
          'Signature algorithms that are taken. Absent: RS256, PS256, ES256 and EdDSA in their usual strengths; never `none`, and never one with a shared secret.',
        examples: [['RS256']],
      }),
    jwks: z
      .strictObject({
        url: z
          .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
          .refine((url) => url.startsWith('https:') || isLoopbackUrl(url), {
            error: 'must be an https URL; http is for this machine only',
          })
          .optional()
          .meta({
            description: 'Where the keys are. Absent: where the discovery document of the issuer says.',
            examples: ['https://login.example.com/jwks'],
          }),
        ca: text.optional().meta({
          description:
            'File with the certificates, PEM, of the authority behind the issuer. Absent: those of the system.',
          examples: ['/var/run/secrets/kubernetes.io/serviceaccount/ca.crt'],
        }),
        bearerFile: text.optional().meta({
          description:
            'File with a token that is sent along for the discovery document and the keys, read anew each time. It goes to the hosts that `issuer` and `jwks.url` name, and to no other.',
          examples: ['/var/run/secrets/kubernetes.io/serviceaccount/token'],
        }),
      })
      .prefault({})
      .meta({ description: 'How the keys of the issuer are fetched.' }),
    clockSkewSeconds: z
      .int()
      .min(0)
      .max(600)
      .default(60)
      .meta({
        description: 'How far the clocks of the issuer and of this server may be apart, in seconds.',
        examples: [60],
      }),
    advertise: z
      .boolean()
      .optional()
      .meta({
        description:
          'Whether clients are told that they can sign in here (`authorization_servers` of RFC 9728). Absent: yes, but for issuers of service accounts.',
        examples: [true],
      }),
    dpop: z
      .enum(['accept', 'require'])
      .default('accept')
      .meta({
        description:
          'Tokens that are bound to a key (RFC 9449) always need a proof of that key. `require`: tokens that are not bound are refused.',
        examples: ['accept'],
      }),
    introspection: IntrospectionSettings.optional(),
    ...ClaimsSettings.shape,
  })
  .meta({ description: 'One issuer of tokens.' });

export type IssuerSettings = z.output<typeof IssuerSettings>;

/** Two entries for one issuer: which of them a token falls under would be a guess. */
export function findRepeatedIssuers(
  issuers: readonly IssuerSettings[],
): { readonly index: number; readonly first: number }[] {
  return issuers.flatMap(({ issuer }, index) => {
    const first = issuers.findIndex((other) => other.issuer === issuer);
    return first < index ? [{ index, first }] : [];
  });
}
