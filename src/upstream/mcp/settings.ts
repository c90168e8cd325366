import { z } from 'zod';
import { PatienceSettings } from './patience-settings.ts';
import { ChildSettingsShape } from './child-settings.ts';
import { QuestionSettings } from './question-settings.ts';
import { SessionSettings } from './session-settings.ts';
import { McpAuthSettings } from './auth/settings.ts';

/** Node refuses longer timers. */
const MAX_MILLISECONDS = 2_147_483_647;

const milliseconds = z.int().min(1).max(MAX_MILLISECONDS);

/** A server that Bailiwick starts itself and speaks to over standard input and output. */
const McpCommandSettings = z
  .strictObject({
    command: z
      .array(z.string().regex(/^[^\0]*$/, { error: 'must not hold a NUL character' }))
      .min(1)
      .refine((command) => command[0] !== '', { error: 'must start with a program' })
      .meta({
        description: 'The program and its arguments. No shell reads it. In a container: what it is to run.',
        examples: [['npx', '-y', '@modelcontextprotocol/server-filesystem', './data']],
      }),
    ...ChildSettingsShape,
    cwd: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'Working directory of the program. Absent: the folder of the configuration file.',
        examples: ['./data'],
      }),
  })
  .meta({ description: 'An MCP server started as a child process.' });

/** A server that runs elsewhere. */
const McpRemoteSettings = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
      .refine((text) => !/^https?:\/\/[^/?#]*@/i.test(text) && !text.includes('#'), {
        error: 'must have no user name and no fragment; credentials belong in `headers`',
      })
      .meta({ description: "The server's MCP endpoint.", examples: ['https://mcp.example.com/mcp'] }),
    transport: z
      .enum(['http', 'sse'])
      .default('http')
      .meta({
        description:
          'Transport: `http` is Streamable HTTP; `sse` is HTTP+SSE, the transport of 2024-11-05 that it replaced.',
        examples: ['http'],
      }),
    headers: z
      .record(
        z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'is not a header name (RFC 9110)' }),
        z.string().regex(/^[\t\x20-\x7E\x80-\xFF]*$/, { error: 'must be one line of printable text' }),
      )
      .default({})
      .meta({
        description:
          "Headers sent with every request, the server's credential among them. Values that come from `${…}`, and those whose name or look says credential, are masked in whatever the server answers; a literal word under a harmless name is not, so write credentials as `${…}`.",
        examples: [{ Authorization: 'Bearer ${env:ISSUES_TOKEN}' }],
      }),
    auth: McpAuthSettings.optional(),
  })
  .refine(({ headers, auth }) => auth === undefined || !Object.keys(headers).some(isAuthorization), {
    path: ['headers'],
    error: 'must not hold `Authorization` beside `auth`: a request carries one of them',
  })
  .meta({ description: 'An MCP server reached over HTTP.' });

function isAuthorization(name: string): boolean {
  return name.toLowerCase() === 'authorization';
}

/** A source that is an upstream MCP server. Times are milliseconds. */
export const McpSourceSettings = z
  .strictObject({
    mcp: z.union([McpCommandSettings, McpRemoteSettings]).meta({
      description: 'The upstream MCP server: a `command` to start, or the `url` of one that runs.',
      examples: [{ command: ['npx', '-y', '@modelcontextprotocol/server-filesystem', './data'] }],
    }),
    trustAnnotations: z
      .boolean()
      .default(false)
      .meta({
        description:
          "Believe the server's `readOnlyHint` and `destructiveHint`. Otherwise each of its tools counts as `destructive`, unless the lock holds it.",
        examples: [true],
      }),
    questions: QuestionSettings,
    ...SessionSettings.shape,
    timeout: milliseconds.default(60_000).meta({
      description: 'How long one call may take, in milliseconds.',
      examples: [60_000],
    }),
    startupTimeout: milliseconds.default(30_000).meta({
      description:
        'How long the server may take to start and connect, and to answer with one page of a list, in milliseconds.',
      examples: [30_000],
    }),
    ...PatienceSettings,
  })
  .meta({ description: 'An upstream MCP server.' });

export type McpSourceSettings = z.output<typeof McpSourceSettings>;
