import { z } from 'zod';

/** Node refuses longer timers. */
const MAX_MILLISECONDS = 2_147_483_647;

const milliseconds = z.int().min(1).max(MAX_MILLISECONDS);

/** Where the HTTP face listens, to whom it answers, and how much it takes. Times are milliseconds, sizes bytes. */
export const ServerSettings = z
  .strictObject({
    listen: z
      .string()
      .refine((text) => parseListen(text) !== undefined, {
        error: 'must be `host:port`, with an IPv6 address in brackets',
      })
      .default('127.0.0.1:8808')
      .meta({
        description:
          'Address and port of the HTTP server. The default is reachable from this machine only. Port 0 takes a free one.',
        examples: ['127.0.0.1:8808', '0.0.0.0:8808', '[::1]:8808'],
      }),
    publicUrl: z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
      .refine(isBareUrl, { error: 'must have no user name, query or fragment' })
      .optional()
      .meta({
        description:
          'The URL under which callers reach this server, where that differs from `listen` (a proxy, a name in DNS). Its host is one of the names that are answered to; no caller counts as local while it is set. It has to be set where `listen` is not of this machine alone and callers sign in (`identity.issuers`, `identity.server`).',
        examples: ['https://tools.example.com'],
      }),
    tls: z
      .strictObject({
        cert: z
          .string()
          .min(1)
          .meta({
            description: 'File with the certificate chain, PEM.',
            examples: ['tls/tls.crt'],
          }),
        key: z
          .string()
          .min(1)
          .meta({
            description: 'File with the private key, PEM.',
            examples: ['tls/tls.key'],
          }),
      })
      .optional()
      .meta({
        description: 'Serve HTTPS with this certificate. Absent: plain HTTP.',
        examples: [{ cert: 'tls/tls.crt', key: 'tls/tls.key' }],
      }),
    origins: z
      .array(z.string().refine(isOrigin, { error: 'must be an origin: scheme and host, no path' }))
      .default([])
      .meta({
        description:
          'Web origins whose pages may call, as browsers send them in `Origin`; on a loopback listener the pages of this machine may as well. Requests without `Origin` are not affected.',
        examples: [['https://chat.example.com']],
      }),
    hosts: z
      .array(
        z
          .string()
          .regex(/^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)$/, {
            error: 'must be a host name or address alone: no scheme, no port, no path',
          })
          .toLowerCase(),
      )
      .default([])
      .meta({
        description:
          'Further names of this server, without ports, that it answers to in the `Host` header, beside the host of `publicUrl` and, where it listens on loopback, the loopback names. Anything else is refused, which stops DNS rebinding. A server beyond loopback for which neither `hosts` nor `publicUrl` is set answers to any name.',
        examples: [['bailiwick', 'bailiwick.tools.svc']],
      }),
    maxBodyBytes: z
      .int()
      .min(1024)
      .max(1_073_741_824)
      .default(8_388_608)
      .meta({
        description: 'Largest request body, in bytes. A larger one is answered with 413.',
        examples: [8_388_608],
      }),
    maxHeaderBytes: z
      .int()
      .min(1024)
      .max(1_048_576)
      .default(16_384)
      .meta({
        description:
          'Largest request line and headers together, in bytes. More, or more than 100 headers, is answered with 431.',
        examples: [16_384],
      }),
    pageSize: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta({
        description:
          'Entries of one page of the lists of tools, resources, templates and prompts. Absent: a list is one page, because many clients read the first page only.',
        examples: [200],
      }),
    shutdownGraceMs: z
      .int()
      .min(0)
      .max(MAX_MILLISECONDS)
      .default(10_000)
      .meta({
        description: 'How long calls under way may take to finish after SIGTERM or SIGINT, in milliseconds.',
        examples: [10_000],
      }),
    maxSessions: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(1000)
      .meta({
        description:
          'Most open sessions of MCP clients up to revision 2025-11-25. One more is answered with 429.',
        examples: [1000],
      }),
    maxSessionsPerPrincipal: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta({
        description:
          'Most of them that one principal may hold. One more ends its own session that has been idle longest, or is answered with 429 where all are in use. Absent: half of `maxSessions`.',
        examples: [100],
      }),
    sessionIdleMs: milliseconds.default(1_800_000).meta({
      description: 'A session without traffic for this long is closed, in milliseconds.',
      examples: [1_800_000],
    }),
  })
  .meta({ description: 'The HTTP server.' });

export type ServerSettings = z.output<typeof ServerSettings>;

/** `host:port` taken apart, brackets of an IPv6 address removed; `undefined` where it is not one. */
export function parseListen(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

function isBareUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '' && !/[?#]/.test(text);
}

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.host !== '' && `${url.protocol}//${url.host}` === text.toLowerCase();
}
