import type { Catalog } from '../../../src/catalog/catalog.ts';
import type { JsonObject } from '../../../src/catalog/json.ts';
import { ACCESS, type Tool } from '../../../src/catalog/tool.ts';
import type { Principal } from '../../../src/identity/principal.ts';
import { catalog, catalogOf, principal, tool } from '../../policy/fixtures.ts';

const SOURCES = 10;
const TOOLS_EACH = 500;
const VERBS = ['get', 'list', 'create', 'patch', 'delete'];
const METHODS = ['GET', 'GET', 'POST', 'PATCH', 'DELETE'];
const ACCESSES = [ACCESS[0], ACCESS[0], ACCESS[1], ACCESS[1], ACCESS[2]] as const;

/** Five thousand tools of ten sources, each with arguments as those of an API have. */
export function createTools(): Catalog {
  return catalog(
    ...Array.from({ length: SOURCES }, (_, source) => {
      const name = `api-${source}`;
      return catalogOf(name, {
        tools: Array.from({ length: TOOLS_EACH }, (__, index) => createTool(name, index)),
      });
    }),
  );
}

function createTool(source: string, index: number): Tool {
  const verb = index % VERBS.length;
  const noun = `thing_${Math.floor(index / VERBS.length)}`;
  const inputSchema: JsonObject = {
    type: 'object',
    properties: {
      namespace: { type: 'string', description: 'The namespace of the object.' },
      name: { type: 'string', description: 'The name of the object.' },
      replicas: { type: 'integer', minimum: 0, description: 'How many there are to be.' },
      limit: { type: 'integer', default: 50, description: 'How many are answered at once.' },
      dryRun: { type: 'boolean', description: 'Only say what would happen.' },
    },
    required: ['namespace'],
  };
  return {
    ...tool(source, `${VERBS[verb]}_${noun}`, ACCESSES[verb], {
      tags: [`tag-${index % 20}`],
      method: METHODS[verb] ?? 'GET',
      path: `/api/${noun}`,
    }),
    description: `Does what ${VERBS[verb]} does to ${noun}, and says what became of it.`,
    inputSchema,
    validationSchema: inputSchema,
  };
}

/** Rules of every kind, as a company of many teams has them; a third with conditions. */
export function createPolicyText(rules: number, name = 'bench'): string {
  const lines = Array.from({ length: rules }, (_, index) => `  - { id: r${index}, ${toRule(index)} }`);
  return `policy: ${name}\nrules:\n${lines.join('\n')}\n`;
}

function toRule(index: number): string {
  const source = `api-${index % SOURCES}`;
  const group = `group-${Math.floor(index / SOURCES) % 50}`;
  switch (Math.floor(index / SOURCES) % 10) {
    case 0:
      return `effect: permit, who: { scopes: "scope-${index}" }, what: { source: ${source}, access: read }`;
    case 1:
      return `effect: permit, who: { groups: ${group} }, what: { source: ${source}, tool: "get_*" }`;
    case 2:
      return `effect: permit, who: { team: team-${index % 20} }, what: { source: ${source}, tag: tag-${index % 20} }`;
    case 3:
      return `effect: permit, who: { groups: ${group} }, what: { source: ${source}, access: [read, write] }, when: args.namespace in principal.claims.namespaces`;
    case 4:
      return `effect: deny, what: { source: ${source}, tool: "delete_thing_${index % 100}" }`;
    case 5:
      return `effect: deny, who: { groups: ${group} }, what: { source: ${source}, access: write }, when: 'has(args.replicas) && args.replicas > ${index % 40}'`;
    case 6:
      return `effect: approve, what: { source: ${source}, access: destructive, tool: "*_${index % 100}" }`;
    case 7:
      return `effect: permit, who: { groups: ${group} }, what: { source: ${source}, method: DELETE }, obligations: { set: { namespace: sandbox } }`;
    case 8:
      return `effect: permit, who: { subject: user-${index} }, what: { source: ${source}, path: "/api/thing_${index % 10}*" }`;
    default:
      return `effect: permit, who: { groups: ${group} }, what: { source: ${source} }, when: 'principal.claims.level >= ${index % 5} && args.name.startsWith("team-")'`;
  }
}

export function createPrincipals(count: number): Principal[] {
  return Array.from({ length: count }, (_, index) =>
    principal({
      subject: `user-${index}`,
      team: `team-${index % 20}`,
      scopes: [`scope-${(index % 10) * 100 + (index % 10)}`, 'profile'],
      groups: [`group-${index % 50}`, `group-${(index * 7 + 3) % 50}`, 'everyone'],
      claims: { namespaces: [`team-${index % 20}`, 'shared'], level: index % 5 },
    }),
  );
}

/** Like {@link Math.random}, and the same in every run. */
export function createDice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * sides);
  };
}
