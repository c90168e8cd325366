import type { z } from 'zod';
import { toFlowYaml } from '../../src/config/explain-issue.ts';
import {
  defaultOf,
  elementOf,
  isOptional,
  metaOf,
  optionsOf,
  shapeOf,
  unwrap,
} from '../../src/config/schema-walk.ts';
import { typeName } from '../../src/config/type-name.ts';
import { PolicyFile } from '../../src/policy/schema.ts';
import { CONCURRENCY, LIMIT_EXAMPLES, LIMITS_INTRODUCTION } from './limits-chapter.ts';

/** `docs/policy-reference.md`: every key of a policy file with its type, meaning and an example, made from the schema itself. */
export function policiesPage(): string {
  const rule = membersOf(PolicyFile, 'rules');
  const [selector] = optionsOf(memberOf(rule, 'what'));
  const limit = membersOf(PolicyFile, 'limits');
  const [rate] = optionsOf(memberOf(limit, 'rate'));
  const [budget] = optionsOf(memberOf(limit, 'budget'));
  return [
    INTRODUCTION,
    '## The file',
    toTable(PolicyFile, ''),
    SCOPES,
    '## `rules`',
    metaOf(memberOf(PolicyFile, 'rules')).description ?? '',
    toTable(rule, 'rule.'),
    '## `who`: callers',
    metaOf(memberOf(rule, 'who')).description ?? '',
    toTable(memberOf(rule, 'who'), 'who.'),
    '## `what`: tools, resources and prompts',
    metaOf(selector ?? rule).description ?? '',
    toTable(selector ?? rule, 'what.'),
    LIMITS_INTRODUCTION,
    '### `limits`',
    metaOf(memberOf(PolicyFile, 'limits')).description ?? '',
    toTable(limit, 'limit.'),
    CONCURRENCY,
    '### `rate`',
    metaOf(rate ?? limit).description ?? '',
    toTable(rate ?? limit, 'rate.'),
    '### `budget`',
    metaOf(budget ?? limit).description ?? '',
    toTable(budget ?? limit, 'budget.'),
    CHAPTERS,
  ].join('\n\n');
}

/** One for each key. A test reads them as policies. */
export const POLICY_EXAMPLES: Readonly<Record<string, unknown>> = {
  visibility: 'step-up',
  policy: 'helpdesk',
  scopes: { 'helpdesk:read': { source: 'helpdesk', access: 'read' } },
  rules: [{ id: 'no-wipe', effect: 'deny', what: { tool: 'wipe_*' } }],
  'rule.id': 'refunds-by-a-person',
  'rule.effect': 'approve',
  'rule.who': { groups: 'support' },
  'rule.what': { source: 'helpdesk', tag: 'refunds' },
  'rule.when': 'args.namespace in principal.claims.namespaces',
  'rule.obligations': { set: { namespace: 'team-a' }, mask: ['/data/*'] },
  'rule.approvers': { groups: 'supervisors' },
  'who.scopes': ['helpdesk:read', 'helpdesk:triage'],
  'who.groups': 'support',
  'who.team': 'customer-care',
  'who.subject': ['agent', 'local'],
  'who.client': 'ticket-bot',
  'who.issuer': 'config',
  'who.claims': { region: ['emea', 'apac'] },
  'what.source': 'helpdesk',
  'what.access': ['write', 'destructive'],
  'what.tool': ['get_*', 'list_*'],
  'what.tag': 'refunds',
  'what.method': ['PUT', 'DELETE'],
  'what.path': '/admin/*',
  'what.resource': 'file:///srv/manuals/*',
  'what.prompt': 'triage-*',
  'what.model': 'gpt-*',
  limits: [{ id: 'pace', rate: { calls: 120, per: 'minute', by: 'principal' } }],
  ...LIMIT_EXAMPLES,
};

const INTRODUCTION = `# Policy files

<!-- Made by \`npm run generate\` from src/policy/schema.ts and test/house/policies-page.ts. Changes made here by hand are lost. -->

Every key of a policy file, with its meaning and an example. How to write policies, test them and review them: [policies.md](policies.md).

A policy says who may use which tools, resources and prompts, and how much of them. Policies are the \`*.policy.yaml\` files that
[\`policies\`](configuration.md#policies) of the configuration names; all of them together are one set of rules, and neither the
order of the files nor the order in a file matters.

\`\`\`yaml
# yaml-language-server: $schema=../node_modules/bailiwick/policies/policy.schema.json
policy: helpdesk
scopes:
  helpdesk:read: { source: helpdesk, access: read }
  helpdesk:refund: { source: helpdesk, tag: refunds }
rules:
  - { id: refunds-by-a-person, effect: approve, what: { source: helpdesk, tag: refunds, access: destructive } }
  - { id: nobody-deletes, effect: deny, what: { source: helpdesk, method: DELETE } }
\`\`\`

**Default deny.** What no scope and no rule permits is denied. Without a policy nobody may do anything.

**Precedence.** A \`deny\` beats everything. An \`approve\` adds a human's yes to what something else permits, and opens nothing by
itself. A \`permit\` opens. The decision names every rule that made it, as \`<policy>/<id>\`, or \`<policy>/scope:<scope>\` for a row
of \`scopes\`. This version cannot obtain an approval: what needs one is shown, and a call of it is refused with
[\`APPROVAL_REQUIRED\`](errors.md).

**Hidden.** What a caller is denied it does not see: a denied tool is in no list, and a call of it is answered like a call of a tool
that does not exist. \`bailiwick tools --as <principal>\` shows what somebody sees.

**Step-up.** In a policy with \`visibility: step-up\` a caller who lacks but a scope for what it calls is told which one:
[\`INSUFFICIENT_SCOPE\`](errors.md), over HTTP with status 403 and a challenge that names the scope, so that a client asks its user for
it and calls again. Only calls are answered so; lists do not change, and what no scope opens stays unknown. It is for callers who can get
scopes: those with a token of an issuer, and those who sit at the machine (standard input and output, the command line). A key has the
scopes it has, and for its holder the tool stays hidden.

**Any and all.** A single value and a list mean "any of these"; the members of one \`who\` or one selector must all hold; of a list of
selectors any will do.

**Strict.** A key that is not listed here is refused, with file, line and column, because a rule that is ignored fails open.
\`bailiwick check\` also finds what is well-formed and matches nothing, and scopes that nobody holds.`;

const SCOPES = `## \`scopes\`: the short form

A row \`<scope>: <selector>\` means: a caller that has the scope may use what the selector, or any of a list of selectors, matches. It
is the rule \`{ effect: permit, who: { scopes: <scope> }, what: <selector> }\`. Principals get their scopes in
[\`identity\`](configuration.md#identity). A selector has the keys of [\`what\`](#what-tools-resources-and-prompts).`;

const CHAPTERS = `## Globs

\`tool\`, \`path\`, \`resource\` and \`prompt\` are globs over the whole text: \`*\` stands for any characters, none and \`/\` included, and
every other character for itself, in its own case. There is no other wildcard. The remaining keys are compared as they are.

## Names

A policy uses a tool's own name, the one that it has in its source: \`source: helpdesk\` and \`tool: create_ticket\` for what \`/mcp\`
shows as \`helpdesk_create_ticket\`. \`bailiwick check\` says so where the two are mixed up.

## What \`access\` is

For an OpenAPI operation the method says it: \`GET\`, \`HEAD\` and \`OPTIONS\` are \`read\`, \`POST\`, \`PUT\` and \`PATCH\` are \`write\`, and
the rest is \`destructive\`. A tool of an MCP server is \`destructive\` unless [\`trustAnnotations\`](configuration.md#sources), or the [lock](lock.md), takes the
server's word for what it does. \`bailiwick tools\` prints it for each tool.

## The URI of a resource

Servers read URIs leniently; they decode them, for example, and resolve \`..\`. A \`permit\` therefore holds only where every such
reading of a URI matches, a \`deny\` or an \`approve\` where one of them does.
`;

/** `prefix` tells keys of the same name apart: an example is found by both. */
function toTable(schema: z.ZodType, prefix: string): string {
  const rows = Object.entries(shapeOf(schema) ?? {}).map(([key, member]) => {
    const example = POLICY_EXAMPLES[`${prefix}${key}`];
    if (example === undefined) throw new Error(`no example for ${prefix}${key}: add it to POLICY_EXAMPLES`);
    return [
      `\`${key}\``,
      toType(member),
      toNeed(member),
      metaOf(member).description ?? '',
      `\`${toFlowYaml({ [key]: example }).replace(/^\{ (.*) \}$/s, '$1')}\``,
    ];
  });
  return [['Key', 'Type', 'Needed', 'Meaning', 'Example'], ['---', '---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`)
    .join('\n');
}

/** One value or a list of the same is the usual type here, and said in few words. */
function toType(schema: z.ZodType): string {
  const [first, second, ...others] = optionsOf(schema);
  const listed = second && others.length === 0 && second.type === 'array' ? elementOf(second) : undefined;
  return first && listed && typeName(listed) === typeName(first)
    ? `${typeName(first)}, or a list`
    : typeName(schema);
}

function toNeed(schema: z.ZodType): string {
  return isOptional(schema) || defaultOf(schema) !== undefined ? 'no' : '**yes**';
}

function memberOf(schema: z.ZodType, key: string): z.ZodType {
  const member = shapeOf(schema)?.[key];
  if (member === undefined) throw new Error(`policies have no ${key}`);
  return member;
}

/** The schema of what a list holds. */
function membersOf(schema: z.ZodType, key: string): z.ZodType {
  const entry = elementOf(unwrap(memberOf(schema, key)));
  if (entry === undefined) throw new Error(`${key} is no list`);
  return unwrap(entry);
}
