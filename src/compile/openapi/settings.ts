import { z } from 'zod';
import { faultOfHint, HINT, MAX_HINTS } from '../../catalog/hints.ts';
import { ACCESS } from '../../catalog/tool.ts';
import { parseJmesPath } from '../../text/jmespath.ts';
import { messageOf } from '../../errors.ts';

const Words = z.array(z.string().min(1));

/** One text or several: any of them. */
const AnyOf = z.union([z.string().min(1), Words.min(1)]);

/** What a rule looks at. All members that are given have to hold; globs are those of policy selectors. */
const OperationMatch = z.strictObject({
  operationId: AnyOf.optional()
    .describe('Glob on the `operationId`, or several.')
    .meta({ examples: ['repos/*'] }),
  method: AnyOf.optional()
    .describe('HTTP method, or several; upper or lower case.')
    .meta({ examples: [['POST', 'PUT']] }),
  path: AnyOf.optional()
    .describe(
      'Glob on the path template as the document writes it: `*` stays in a segment, `**` crosses them.',
    )
    .meta({ examples: ['/admin/**'] }),
  tag: AnyOf.optional()
    .describe('Glob on a tag, or several.')
    .meta({ examples: ['billing'] }),
});

function checkJmesPath(text: string, context: z.RefinementCtx): void {
  try {
    parseJmesPath(text);
  } catch (error) {
    const reason = messageOf(error);
    context.addIssue({ code: 'custom', message: `is no JMESPath: ${reason}` });
  }
}

/** What a rule, or the extension `x-bailiwick` of an operation, may say about the tool. */
export const OperationCustomisation = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'must be 1 to 64 letters, digits, `_` or `-`' })
    .optional()
    .describe("The tool's own name, without the source's.")
    .meta({ examples: ['search_tickets'] }),
  description: z.string().min(1).optional().describe("Replaces the tool's description."),
  hidden: z.boolean().optional().describe('True: the operation becomes no tool at all.'),
  access: z
    .enum(ACCESS)
    .optional()
    .describe('What the tool can do, where its method says otherwise: a search by POST is `read`.'),
  tags: Words.optional().describe('Replaces the tags that policies select on.'),
  hints: z
    .array(z.string().regex(HINT, { error: ({ input }) => faultOfHint(String(input)) }))
    .max(MAX_HINTS)
    .optional()
    .describe('Words in which people ask for the tool: they help to find it, and are shown to nobody.')
    .meta({ examples: [['customer request', 'case']] }),
  scopes: z
    .array(Words)
    .optional()
    .describe('OAuth scopes the tool asks for: alternatives, each a list of scopes that are all needed.'),
  pin: z
    .record(z.string(), z.json())
    .optional()
    .describe('Arguments with a fixed value: no caller sees or sets them.')
    .meta({ examples: [{ dryRun: 'All' }] }),
  defaults: z
    .record(z.string(), z.json())
    .optional()
    .describe('Values of arguments that a caller leaves out.')
    .meta({ examples: [{ per_page: 20 }] }),
  select: z
    .string()
    .min(1)
    .superRefine(checkJmesPath)
    .optional()
    .describe('JMESPath that every JSON answer goes through, before what the caller asks for.')
    .meta({ examples: ['items[].{id: id, title: title}'] }),
  mediaType: z
    .string()
    .min(1)
    .optional()
    .describe('The media type of the request body, of those that the operation declares.')
    .meta({ examples: ['application/strategic-merge-patch+json'] }),
});

export type OperationCustomisation = z.output<typeof OperationCustomisation>;

export const OperationRule = z.strictObject({
  match: OperationMatch.describe('Which operations. Empty: all of them.'),
  set: OperationCustomisation.describe('What is different about their tools.'),
});

export type OperationRule = z.output<typeof OperationRule>;

/** What an OpenAPI source says about its document: the slice of the configuration that this folder owns. */
export const OpenApiSettings = z.strictObject({
  openapi: z
    .string()
    .min(1)
    .describe('Path of the OpenAPI document, JSON or YAML: Swagger 2.0, OpenAPI 3.0, 3.1 or 3.2.')
    .meta({ examples: ['specs/helpdesk.yaml'] }),
  overlays: Words.optional()
    .describe('Paths of OpenAPI Overlay documents (1.0 or 1.1), applied in this order before compiling.')
    .meta({ examples: [['specs/helpdesk.overlay.yaml']] }),
  references: Words.optional()
    .describe(
      "Where the document's references may lead beside its own folder: further folders, and `https://` prefixes. " +
        'Whatever lies elsewhere is never read.',
    )
    .meta({ examples: [['../shared-schemas', 'https://schemas.example.com/v1/']] }),
  servers: z
    .array(
      z
        .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
        .refine(isPlainUrl, { error: 'must not hold a user, a query or a fragment' }),
    )
    .optional()
    .describe(
      "Base URLs that operations may name for themselves, beside the document's own servers. They, and what lies below " +
        'them, are called as the document says, with the configured credentials.',
    )
    .meta({ examples: [['https://uploads.example.com']] }),
  serverVariables: z
    .record(z.string().min(1), z.string())
    .optional()
    .describe("Values of the variables in the document's server URLs. Without `url` only.")
    .meta({ examples: [{ region: 'eu' }] }),
  rules: z
    .array(OperationRule)
    .optional()
    .describe('What is different about single tools. Of the rules that match an operation, the first counts.')
    .meta({ examples: [[{ match: { path: '/search' }, set: { access: 'read' } }]] }),
  mediaTypes: Words.optional()
    .describe(
      'Media types of request bodies to prefer, the first first, where an operation declares several.',
    )
    .meta({ examples: [['application/strategic-merge-patch+json']] }),
  forms: z
    .enum(['standard', 'brackets', 'php', 'dots'])
    .optional()
    .describe(
      'How arrays and objects are written in forms that do not say it themselves: `standard` as OpenAPI says (an array ' +
        'repeats its name, an object is JSON), `brackets` `a[b]=1&l[0]=x`, `php` `a[b]=1&l[]=x`, `dots` `a.b=1&l.0=x`.',
    )
    .meta({ examples: ['brackets'] }),
  select: z
    .boolean()
    .optional()
    .describe('False: tools take no `select` argument, by which a caller cuts a JSON answer with JMESPath.')
    .meta({ examples: [false] }),
});

/** The settings of one document, as `compileOpenApi` takes them. */
export type OpenApiOptions = Partial<
  Omit<z.output<typeof OpenApiSettings>, 'openapi' | 'overlays' | 'references'>
>;

function isPlainUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}
