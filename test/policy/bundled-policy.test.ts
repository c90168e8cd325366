import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Contribution } from '../../src/catalog/entries.ts';
import { toOwnName } from '../../src/catalog/names.ts';
import type { Access } from '../../src/catalog/tool.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import { view } from '../../src/policy/view.ts';
import { decide, catalog, catalogOf, policy, principal, tool } from './fixtures.ts';

const ROOT = new URL('../../', import.meta.url);
const FILE = 'policies/helpdesk.policy.yaml';
const TEXT = readFileSync(new URL(FILE, ROOT), 'utf8');
const BUNDLED = policy(TEXT, FILE);

const AGENT = principal({
  subject: 'agent',
  scopes: ['helpdesk:read', 'helpdesk:triage', 'files:read', 'everything:use'],
});
const SUPERVISOR = principal({ subject: 'supervisor', scopes: [...AGENT.scopes, 'helpdesk:refund'] });

const ACCESS: Readonly<Record<string, Access>> = { get: 'read', post: 'write', put: 'write', patch: 'write' };

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
}

/** The operations of the bundled document, as its author sees them. */
function helpdesk(): Contribution {
  const document: { paths: Record<string, Record<string, Operation>> } = parse(
    readFileSync(new URL('specs/helpdesk.yaml', ROOT), 'utf8'),
  );
  const tools = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
      .map(([method, { operationId, tags }]) =>
        tool('helpdesk', operationId, ACCESS[method] ?? 'destructive', {
          tags,
          method: method.toUpperCase(),
          path,
        }),
      ),
  );
  return catalogOf('helpdesk', { tools });
}

/** What a real server offers. Its annotations are not trusted, so every tool counts as destructive. */
async function mcpServer(source: string, packageName: string, ...args: string[]): Promise<Contribution> {
  const program = createRequire(import.meta.url).resolve(`${packageName}/dist/index.js`);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [program, ...args], stderr: 'ignore' }),
  );
  const offers = client.getServerCapabilities() ?? {};
  const { tools } = await client.listTools();
  const resources = offers.resources ? (await client.listResources()).resources : [];
  const templates = offers.resources ? (await client.listResourceTemplates()).resourceTemplates : [];
  const prompts = offers.prompts ? (await client.listPrompts()).prompts : [];
  await client.close();
  return catalogOf(source, {
    tools: tools.map(({ name }) => tool(source, toOwnName(name), 'destructive')),
    resources: resources.map(({ uri }) => uri),
    templates: templates.map(({ uriTemplate }) => uriTemplate),
    prompts: prompts.map(({ name }) => name),
  });
}

describe('the bundled policy', () => {
  let all: Catalog;
  beforeAll(async () => {
    all = catalog(
      helpdesk(),
      await mcpServer('everything', '@modelcontextprotocol/server-everything'),
      await mcpServer('files', '@modelcontextprotocol/server-filesystem', tmpdir()),
    );
  }, 60_000);
  const namesOf = (source: string, who = AGENT): string[] =>
    view(BUNDLED, all, who)
      .tools.filter((one) => one.source === source)
      .map(({ name }) => name);

  test('begins with its schema, so that editors help', () => {
    expect(TEXT.split('\n')[0]).toBe('# yaml-language-server: $schema=./policy.schema.json');
  });

  test('has no selector that matches nothing in the three real sources', () => {
    expect(checkPolicies(BUNDLED, all)).toEqual({ problems: [], warnings: [] });
  });

  test('lets the agent read the help desk and create tickets, and nothing else of it', () => {
    const reads = all.tools.filter((one) => one.source === 'helpdesk' && one.access === 'read');
    expect(namesOf('helpdesk')).toEqual([...reads.map(({ name }) => name), 'create_ticket'].toSorted());
    expect(reads.length).toBeGreaterThan(5);
  });

  test('lets the supervisor change and delete tickets and handle refunds, but not write articles', () => {
    const more = namesOf('helpdesk', SUPERVISOR).filter((name) => !namesOf('helpdesk').includes(name));
    expect(more).toEqual([
      'add_ticket_attachment',
      'cancel_refund',
      'create_refund',
      'delete_ticket',
      'update_ticket',
    ]);
  });

  test('lets the agent read files and not change them', () => {
    const hidden = all.tools.filter((one) => one.source === 'files' && !namesOf('files').includes(one.name));
    expect(hidden.map(({ name }) => name)).toEqual([
      'create_directory',
      'edit_file',
      'move_file',
      'write_file',
    ]);
  });

  test('lets the agent use the demonstration server without its environment and without what changes it', () => {
    expect(namesOf('everything')).toContain('echo');
    expect(namesOf('everything')).toContain('get-sum');
    expect(namesOf('everything')).not.toContain('gzip-file-as-resource');
    const seen = view(BUNDLED, all, AGENT);
    expect(seen.resources).toEqual(all.resources);
    expect(seen.templates).toEqual(all.templates);
    expect(seen.prompts).toEqual(all.prompts);
  });

  test('keeps the environment from everyone, by a rule that says so', () => {
    const environment = all.toolByOwnName('everything', 'get-env');
    if (environment === undefined) throw new Error('the server has no get-env any more');
    expect(decide(BUNDLED, SUPERVISOR, { kind: 'tool', tool: environment })).toEqual({
      effect: 'deny',
      rules: ['helpdesk/no-environment'],
      reason: 'rule',
      missingScopes: [],
    });
  });

  test('tells which scope is missing for a refund', () => {
    const refund = all.toolByOwnName('helpdesk', 'create_refund');
    if (refund === undefined) throw new Error('the help desk has no create_refund any more');
    expect(decide(BUNDLED, AGENT, { kind: 'tool', tool: refund })).toMatchObject({
      reason: 'no-rule',
      missingScopes: ['helpdesk:refund'],
    });
  });

  test('shows nothing to a caller without scopes', () => {
    const seen = view(BUNDLED, all, principal());
    expect([seen.tools, seen.resources, seen.templates, seen.prompts]).toEqual([[], [], [], []]);
  });
});
