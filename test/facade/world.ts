import type { Contribution } from '../../src/catalog/entries.ts';
import type { JsonObject, JsonSchema } from '../../src/catalog/json.ts';
import type { Access, Tool } from '../../src/catalog/tool.ts';
import { BailiwickError } from '../../src/errors.ts';
import { CatalogsSettings } from '../../src/gateway/catalogs/settings.ts';
import { compileCatalogs } from '../../src/gateway/catalogs/virtual-catalog.ts';
import { ALL_SOURCES, type Endpoint } from '../../src/gateway/endpoint.ts';
import { sightIn } from '../../src/gateway/sight.ts';
import { windowOf } from '../../src/gateway/window.ts';
import { view } from '../../src/policy/view.ts';
import { createFacade } from '../../src/search/facade/facade.ts';
import { createSearch } from '../../src/search/search.ts';
import { catalog, catalogOf, policy, principal, tool } from '../policy/fixtures.ts';

/** A tool of an MCP server. */
export function toolOf(
  source: string,
  name: string,
  more: {
    description?: string;
    properties?: JsonObject;
    required?: string[];
    /** What the schema says beside. */
    more?: JsonObject;
    schema?: JsonSchema;
    /** What calls are checked against, where the other one was cut. */
    whole?: JsonSchema;
    access?: Access;
    attributes?: Tool['attributes'];
  } = {},
): Tool {
  const { properties = {}, required = [], access = 'read', description = name } = more;
  const schema = more.schema ?? {
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    ...more.more,
  };
  return {
    ...tool(source, name, access, more.attributes ?? {}),
    description,
    inputSchema: schema,
    validationSchema: more.whole ?? schema,
  };
}

export const TEXT = { type: 'string' };
export const NUMBER = { type: 'integer' };

/** A help desk and a code host. */
export const DESK = catalogOf('helpdesk', {
  tools: [
    toolOf('helpdesk', 'get_ticket', {
      description: 'Reads a ticket. With all of its comments.',
      properties: { id: NUMBER, fields: { type: 'array', items: TEXT } },
      required: ['id'],
    }),
    toolOf('helpdesk', 'create_ticket', {
      description: 'Opens a ticket for a customer.',
      properties: { subject: TEXT, priority: { enum: ['low', 'high'] }, note: TEXT },
      required: ['subject'],
      access: 'write',
    }),
    toolOf('helpdesk', 'delete_ticket', {
      description: 'Deletes a ticket for good.',
      properties: { id: NUMBER },
      required: ['id'],
      access: 'destructive',
    }),
    toolOf('helpdesk', 'list_agents', { description: 'Lists the agents on duty.' }),
  ],
  resources: ['file:///handbook.md'],
  templates: ['ticket://{id}'],
});

export const CODE: Contribution = {
  ...catalogOf('code', {
    tools: [
      toolOf('code', 'create_issue', {
        description: 'Creates an issue in a repository.',
        properties: { repository: TEXT, title: TEXT },
        required: ['repository', 'title'],
        access: 'write',
      }),
      toolOf('code', 'list_issues', { description: 'Lists the issues of a repository.' }),
    ],
  }),
  prompts: [
    {
      source: 'code',
      name: 'review_change',
      upstreamName: 'review_change',
      definition: {
        name: 'review_change',
        description: 'Reviews a change of a repository.',
        arguments: [{ name: 'change', required: true, description: 'Its number' }, { name: 'tone' }],
      },
    },
  ],
};

const EVERYTHING = 'policy: p\nrules: [{ id: all, effect: permit }]';

export interface WorldOptions {
  readonly offers?: readonly Contribution[];
  readonly policy?: string;
  readonly endpoint?: Endpoint;
  /** Settings of the virtual catalog `team`. */
  readonly team?: object;
}

/** The three tools before one caller, with a road that only notes what came along it. */
export function createWorld({
  offers = [DESK, CODE],
  endpoint = ALL_SOURCES,
  team,
  ...options
}: WorldOptions = {}) {
  const whole = catalog(...offers);
  const catalogs = compileCatalogs(CatalogsSettings.parse(team ? { team } : {}));
  const seen = view(policy(options.policy ?? EVERYTHING), whole, principal());
  const sight = sightIn(seen, windowOf({ catalog: whole, catalogs }, endpoint));
  const search = createSearch();
  search.follow(whole);
  const facade = createFacade({ search });
  const road: { name: string; args?: JsonObject }[] = [];
  const found: { asked: JsonObject; found: readonly (readonly string[])[] }[] = [];
  const answers = new Map<string, JsonObject>();
  const travel = (
    code: 'UNKNOWN_TOOL' | 'UNKNOWN_RESOURCE' | 'UNKNOWN_PROMPT',
    name: string,
    args?: JsonObject,
  ): Promise<JsonObject> => {
    road.push({ name, ...(args && { args }) });
    const kind = ({ UNKNOWN_TOOL: 'tool', UNKNOWN_RESOURCE: 'resource', UNKNOWN_PROMPT: 'prompt' } as const)[
      code
    ];
    const answer = answers.get(name) ?? (sight.named(kind, name) ? DONE : undefined);
    return answer ? Promise.resolve(answer) : Promise.reject(new BailiwickError(code, `Unknown: ${name}`));
  };
  return {
    sight,
    facade,
    /** What came along the road of a call, in order. */
    road,
    /** What was noted of questions. */
    found,
    /** What the road answers for a name or URI. */
    answers,
    async ask(name: string, args: unknown, by = facade): Promise<JsonObject> {
      return by.call({
        name,
        args: args as JsonObject,
        sight,
        signal: new AbortController().signal,
        callTool: (own, given) => travel('UNKNOWN_TOOL', own, given),
        readResource: (uri) => travel('UNKNOWN_RESOURCE', uri),
        getPrompt: (own, given) => travel('UNKNOWN_PROMPT', own, given),
        noteFound: (finding) => {
          found.push(finding);
          return Promise.resolve();
        },
      });
    },
  };
}

const DONE: JsonObject = { content: [{ type: 'text', text: 'done' }], structuredContent: { done: true } };

export function textOf({ content }: JsonObject): string {
  return (content as { text?: string }[]).map(({ text }) => text ?? '').join('\n');
}

export function errorOf({ structuredContent }: JsonObject): JsonObject {
  return ((structuredContent ?? {}) as JsonObject)['error'] as JsonObject;
}
