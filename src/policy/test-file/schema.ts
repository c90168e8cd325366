import { z } from 'zod';
import type { Json as JsonValue } from '../../catalog/json.ts';
import { SOURCE_NAME } from '../../catalog/names.ts';
import { ACCESS } from '../../catalog/tool.ts';

const Json: z.ZodType<JsonValue> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(Json), z.record(z.string(), Json)]),
);

const Members = z.record(z.string(), Json);

const name = z.string().min(1, { error: 'must not be empty' });

const names = z.array(name).min(1, { error: 'an empty list says nothing; name something or leave it out' });

/** When a call is made of which a test does not say it: a Thursday, midnight. Never the clock's time, so that a test is true tomorrow. */
export const DEFAULT_TIME = '2026-01-01T00:00:00Z';

/** Somebody whom the configuration need not know. */
export const TestPrincipal = z
  .strictObject({
    issuer: name.default('config').meta({ description: 'Who vouches for them.' }),
    subject: name
      .optional()
      .meta({ description: 'The subject; the name by which the file calls them, if absent.' }),
    scopes: z.array(name).default([]).meta({ description: 'Their scopes.' }),
    groups: z.array(name).default([]).meta({ description: 'Their groups.' }),
    team: name.optional().meta({ description: 'Their team.' }),
    client: name.optional().meta({ description: 'The program that they use.' }),
    claims: Members.default({}).meta({ description: 'Their claims, of any shape.' }),
  })
  .meta({ description: 'A principal of the tests.' });

/** A tool of a source that the configuration does not have. */
const DeclaredTool = z
  .strictObject({
    source: z.string().regex(SOURCE_NAME, { error: 'must be the name of a source: a-z, 0-9 and `-`' }),
    name: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'must be 1 to 64 letters, digits, `_` or `-`' })
      .meta({ description: 'The name that the tool has in its source.' }),
    description: z.string().optional(),
    access: z.enum(ACCESS).default('destructive').meta({
      description: 'What the tool can do to the world. What is not said counts as `destructive`.',
    }),
    tags: z.array(name).optional().meta({ description: 'OpenAPI tags.' }),
    method: z.string().min(1).optional().meta({ description: 'The HTTP method, in upper case.' }),
    path: z.string().min(1).optional().meta({ description: 'The path as an OpenAPI document writes it.' }),
    inputSchema: Members.default({ type: 'object' }).meta({
      description: 'JSON Schema of the arguments, an object. Absent: any arguments.',
    }),
  })
  .meta({ description: 'A tool as policy sees it.' });

const Via = z
  .strictObject({
    endpoint: z.string().startsWith('/').default('/mcp').meta({ description: 'Path of the endpoint.' }),
    face: z.enum(['http', 'stdio', 'cli']).default('http').meta({ description: 'The door.' }),
    era: z.enum(['legacy', 'modern']).default('modern').meta({ description: 'The era of the protocol.' }),
    clientName: z.string().optional().meta({ description: 'What the client calls itself.' }),
    clientVersion: z.string().optional().meta({ description: 'Which version of itself it says it is.' }),
    ip: z.string().optional().meta({ description: "The client's address." }),
  })
  .meta({ description: 'How the call comes: what conditions see as `call`.' });

/** A principal's name, or a principal. */
const Whoever = z.union([name, TestPrincipal]);

const Obligations = z
  .strictObject({
    set: Members.optional().meta({ description: 'Arguments by JSON Pointer, as they are put in.' }),
    select: z.string().optional(),
    mask: z.array(z.string()).optional(),
    dryRun: z.literal(true).optional(),
  })
  .meta({ description: 'What has to be done with the call, all of it. `{}`: nothing.' });

const NarrowedArguments = z
  .record(z.string(), z.union([z.literal(false), Members]))
  .refine((narrowed) => Object.keys(narrowed).length > 0, {
    error: 'says nothing; name an argument and what is presented for it',
  });

const Narrows = z.record(name, NarrowedArguments).meta({
  description:
    'By tool and argument (its name or JSON Pointer; empty for all arguments), JSON Schema keywords that the schema presented for it has, or `false` for an argument that is not presented at all. Of `required` and of schemas in schemas it needs to hold what is said here; all else is equal.',
  examples: [{ cluster_list: { namespace: { enum: ['team-a'] } } }],
});

const View = z
  .strictObject({
    shows: names.optional().meta({ description: 'What is listed. `*` stands for any characters.' }),
    hides: names.optional().meta({ description: 'What is not listed, though it exists.' }),
    narrows: Narrows.optional(),
  })
  .refine(({ shows, hides, narrows = {} }) => shows ?? hides ?? Object.keys(narrows).length > 0, {
    error: 'says nothing; give `shows`, `hides` or `narrows`',
  })
  .meta({ description: 'What somebody sees of the catalog.' });

/** What a test is about; one of them. */
export const SUBJECTS = ['call', 'model', 'resource', 'prompt', 'view'] as const;

const EXPECTATIONS = ['expect', 'because', 'obligations', 'args', 'at', 'via'] as const;

export const PolicyTest = z
  .strictObject({
    name: name.optional().meta({ description: 'What is promised, in plain words.' }),
    as: z.union([name, TestPrincipal, z.array(Whoever).min(1)]).meta({
      description:
        'Who calls: a name of `principals` here or of the configuration, `local`, a principal, or a list of these. The test is made for each.',
    }),
    source: z.string().regex(SOURCE_NAME, { error: 'must be the name of a source' }).optional().meta({
      description:
        'The source of what is called. With it, names are those of `/mcp/<source>`; without, of `/mcp`.',
    }),
    call: name.optional().meta({ description: 'A tool, by the name that clients see.' }),
    model: name.optional().meta({ description: 'A model, by the name that agents ask for.' }),
    resource: name
      .optional()
      .meta({ description: 'A resource, by the URI that clients see: `<source>+<uri>`.' }),
    prompt: name.optional().meta({ description: 'A prompt, by the name that clients see.' }),
    args: Members.optional().meta({ description: 'The arguments.' }),
    at: z
      .string()
      .refine(isTime, { error: 'must be a time with its offset, like 2026-11-20T09:00:00Z' })
      .optional()
      .meta({ description: `When. Absent: ${DEFAULT_TIME}; the clock is never asked.` }),
    via: Via.optional(),
    expect: z.enum(['permit', 'approve', 'deny']).optional().meta({ description: 'What is decided.' }),
    because: z.array(name).optional().meta({
      description:
        'The rules that decide it, exactly: `<policy>/<rule>`, or `<policy>/scope:<scope>`. `[]`: nothing permits it.',
    }),
    obligations: Obligations.optional(),
    view: View.optional(),
  })
  .superRefine((test, context) => {
    const subjects = SUBJECTS.filter((key) => test[key] !== undefined);
    const complain = (message: string, path: string[] = []): void =>
      context.addIssue({ code: 'custom', path, message });
    if (subjects.length !== 1) {
      const found = subjects.length === 0 ? 'none' : subjects.map((key) => `\`${key}\``).join(' and ');
      complain(
        `a test is about one of ${SUBJECTS.map((key) => `\`${key}\``).join(', ')}; this one has ${found}`,
      );
    } else if (test.view !== undefined) {
      const idle = [...EXPECTATIONS, 'source' as const].find((key) => test[key] !== undefined);
      if (idle !== undefined) complain(`a test of a view has no \`${idle}\``, [idle]);
    } else if (test.expect === undefined) {
      complain('`expect` is missing: permit, approve or deny');
    }
  })
  .meta({ description: 'One test.' });

/** A file of tests. Strict: a key that is ignored is a check that is not made. */
export const PolicyTestFile = z
  .strictObject({
    policies: z
      .union([name, names])
      .transform((value) => (Array.isArray(value) ? value : [value]))
      .optional()
      .meta({
        description:
          'The policies that are tested: files or folders, relative to this file. Absent: those of the configuration.',
      }),
    tools: z.array(DeclaredTool).optional().meta({
      description:
        'The catalog that the tests are made against, in place of the one of the configuration: for policies about sources that are not there.',
    }),
    principals: z.record(name, TestPrincipal).default({}).meta({
      description: 'Principals of the tests, beside those of the configuration.',
    }),
    tests: z.array(PolicyTest).default([]).meta({ description: 'The tests.' }),
  })
  .meta({
    title: 'Bailiwick policy tests',
    description:
      'What policies have to decide, for whom, and by which rules. `bailiwick policy test` makes the tests.',
  });

export type PolicyTestFile = z.output<typeof PolicyTestFile>;
export type PolicyTest = z.output<typeof PolicyTest>;
export type TestPrincipal = z.output<typeof TestPrincipal>;

/** JSON Schema (draft 2020-12) of a file of policy tests, for editors. */
export function policyTestJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(PolicyTestFile, { io: 'input' }) };
}

const KEYS: Readonly<Record<string, readonly string[]>> = {
  tests: Object.keys(PolicyTest.shape),
  principals: Object.keys(TestPrincipal.shape),
  as: Object.keys(TestPrincipal.shape),
  tools: Object.keys(DeclaredTool.shape),
  via: Object.keys(Via.shape),
  view: ['shows', 'hides', 'narrows'],
  obligations: Object.keys(Obligations.shape),
};

/** The keys that the mapping at a path of a file of tests may have. */
export function testKeysAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(PolicyTestFile.shape);
  const holder = path.findLast((step) => typeof step === 'string' && Object.hasOwn(KEYS, step));
  return KEYS[String(holder)] ?? [];
}

function isTime(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  );
}
