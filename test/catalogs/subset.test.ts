import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createArgumentRecorder } from '../../src/audit/mask/record-arguments.ts';
import type { JsonObject } from '../../src/catalog/json.ts';
import { toShownName } from '../../src/catalog/names.ts';
import { BailiwickError } from '../../src/errors.ts';
import { callTool } from '../../src/gateway/call-tool.ts';
import { CatalogsSettings } from '../../src/gateway/catalogs/settings.ts';
import { compileCatalogs } from '../../src/gateway/catalogs/virtual-catalog.ts';
import { ALL_SOURCES, type Endpoint } from '../../src/gateway/endpoint.ts';
import { callFacade } from '../../src/gateway/facade.ts';
import { createInFlight } from '../../src/gateway/in-flight.ts';
import { list } from '../../src/gateway/list.ts';
import { readResource } from '../../src/gateway/read-resource.ts';
import type { Caller, Road } from '../../src/gateway/road.ts';
import { sightOf } from '../../src/gateway/sight.ts';
import { createSnapshot, type Snapshot } from '../../src/gateway/snapshot.ts';
import { parseCondition } from '../../src/policy/cel/parse-condition.ts';
import type { Rule } from '../../src/policy/rule.ts';
import { createFacade } from '../../src/search/facade/facade.ts';
import { createSearch } from '../../src/search/search.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import type { Upstream } from '../../src/upstream/upstream.ts';
import { createLog, NOW, openLedger } from '../ledger/support.ts';
import { policySetOf, principals, rules } from '../policy/arbitraries.ts';
import { catalog, catalogOf, tool } from '../policy/fixtures.ts';

const NAMES = ['get_ticket', 'delete_ticket', 'list'];
const URIS = ['file:///a', 'file:///a/b', 'demo://x'];
const SCHEMA = { type: 'object', properties: { level: { type: 'integer' }, region: {} } };
const ENTRIES = (source: string) =>
  catalogOf(source, {
    tools: NAMES.map((name, index) => ({
      ...tool(source, name, index === 1 ? 'destructive' : 'read', { tags: ['t1'] }),
      inputSchema: SCHEMA,
      validationSchema: SCHEMA,
    })),
    resources: URIS,
    prompts: NAMES,
  });
const CATALOG = catalog(ENTRIES('one'), ENTRIES('two'));
const SHOWN = ['one', 'two'].flatMap((source) => NAMES.map((name) => toShownName(source, name)));

const condition = (text: string) => {
  const parsed = parseCondition(text);
  if ('message' in parsed) throw new Error(parsed.message);
  return parsed;
};
const CONDITIONS = ['args.level == 1', 'args.level < 3 && args.region == "eu"', '!has(args.region)'].map(
  condition,
);

/** Rules some of which see arguments; often one that permits to everybody. */
const conditional: fc.Arbitrary<Rule[]> = fc
  .tuple(rules, fc.boolean(), fc.array(fc.option(fc.constantFrom(...CONDITIONS)), { maxLength: 9 }))
  .map(([some, isOpen, conditions]) => {
    const open: Rule[] = isOpen ? [{ id: 'p/open', effect: 'permit' }] : [];
    return [...open, ...some].map((rule, index) => ({ ...rule, when: conditions[index] ?? undefined }));
  });

const selectors = fc.array(
  fc.oneof(
    fc.record({ source: fc.constantFrom('one', 'two') }),
    fc.record({ tool: fc.constantFrom('*', 'list', '*_ticket') }),
    fc.record({ resource: fc.constantFrom('file:///*', '*', 'file:///a') }),
    fc.record({ prompt: fc.constantFrom('*', 'list') }),
    fc.record({ access: fc.constantFrom('read', 'destructive') }),
  ),
  { minLength: 1, maxLength: 3 },
);

const argument = { level: fc.integer({ min: 0, max: 4 }), region: fc.constantFrom('eu', 'us') };
const args = fc.record(argument, { requiredKeys: [] });

const settings = fc.record({
  include: selectors,
  exclude: fc.option(selectors, { nil: undefined }),
  rename: fc
    .dictionary(
      fc.constantFrom(...SHOWN),
      fc.oneof(fc.constantFrom(...SHOWN), fc.stringMatching(/^[a-z]{1,3}$/)),
    )
    .filter((rename) => new Set(Object.values(rename)).size === Object.keys(rename).length),
  pin: fc.dictionary(
    fc.constantFrom(...SHOWN, 'one_*', '*'),
    args.filter((given) => Object.keys(given).length > 0),
    { maxKeys: 2 },
  ),
});

const HERE: Endpoint = { kind: 'catalog', name: 's' };

/** Answers everything, and with what. */
const upstream = (source: string): Upstream =>
  ({
    source,
    callTool: async (called: { name: string }, sent: JsonObject) => ({
      result: { content: [], structuredContent: { source, name: called.name, sent } },
      status: 'ok',
    }),
    request: async (_method: string, { uri }: JsonObject) => ({ contents: [{ uri, text: '' }] }),
  }) as unknown as Upstream;

/** What searches told, as their records name it. */
const told: string[] = [];

function createRoad(): Road {
  const { logger } = createLog();
  return {
    record: async ({ detail }) => {
      const found = detail?.['found'];
      if (Array.isArray(found)) told.push(...found.flat().map(String));
    },
    noteList: () => {},
    inFlight: createInFlight(),
    ledger: openLedger(openMemory({ logger })).ledger,
    logger,
    now: () => NOW,
    newId: () => 'id',
  };
}

const outcomeOf = (promise: Promise<JsonObject>): Promise<JsonObject | string> =>
  promise.then(
    (result) => (result['isError'] === true ? 'refused' : result),
    (error: unknown) => (error instanceof BailiwickError ? error.code : Promise.reject(error as Error)),
  );

const plain = ([source, own]: readonly [string, string]): string => `${source} ${own}`;

const road = createRoad();
const search = createSearch();
search.follow(CATALOG);
const facade = createFacade({ search });

/** What a built-in tool answers. */
const ask = (caller: Caller, name: string, sent: JsonObject): Promise<JsonObject | string> =>
  outcomeOf(callFacade(road, facade, caller, name, sent));

const toStructure = (result: JsonObject | string): { source?: string; name?: string } =>
  typeof result === 'string' ? {} : { ...(result['structuredContent'] as object | undefined) };

test('whatever the policies, a catalog and a caller: what the catalog shows /mcp shows, and what goes through it goes through /mcp', async () => {
  let [shown, permitted, refused, found] = [0, 0, 0, 0];
  await fc.assert(
    fc.asyncProperty(conditional, principals, settings, args, async (policies, principal, given, sent) => {
      const snapshot: Snapshot = createSnapshot({
        catalog: CATALOG,
        catalogs: compileCatalogs(CatalogsSettings.parse({ s: given })),
        policy: policySetOf(policies),
        upstreams: new Map([
          ['one', upstream('one')],
          ['two', upstream('two')],
        ]),
        stale: new Map(),
        settings: {
          maxResultBytes: 100_000,
          recordArguments: createArgumentRecorder({ arguments: 'digest', mask: [] }, []),
          prices: new Map(),
          questions: new Map(),
        },
      });
      const at = (endpoint: Endpoint): Caller => ({
        principal,
        via: { face: 'cli' },
        endpoint,
        snapshot,
        context: { signal: new AbortController().signal },
      });
      const [all, here] = [list(snapshot, principal, ALL_SOURCES), list(snapshot, principal, HERE)];
      const window = snapshot.catalogs.get('s')?.on(CATALOG);
      for (const kind of ['tools', 'prompts', 'resources', 'resourceTemplates'] as const) {
        expect(all.places(kind).map(plain)).toEqual(expect.arrayContaining(here.places(kind).map(plain)));
      }
      const uris = all.resources.map(({ uri }) => uri);
      for (const { uri } of here.resources) expect(uris).toContain(uri);
      const names = here.tools.map(({ name }) => name as string);
      shown += names.length;
      for (const name of new Set([...names, ...SHOWN, ...Object.values(given.rename)])) {
        const through = await outcomeOf(callTool(road, { ...at(HERE), name, args: sent }));
        if (typeof through === 'string') {
          refused += 1;
          if (!names.includes(name)) {
            expect(through).toBe('UNKNOWN_TOOL');
            // What is meant by a name that is not quite one is among what is shown.
            const meant = await ask(at(HERE), 'call_tool', { name, arguments: sent });
            const { source, name: own } = toStructure(meant);
            if (own !== undefined) expect(here.places('tools').map(plain)).toContain(`${source} ${own}`);
          }
          continue;
        }
        permitted += 1;
        expect(names).toContain(name);
        expect(await ask(at(HERE), 'call_tool', { name, arguments: sent })).toEqual(through);
        const meant = window?.toolNamed(name);
        const { sent: whole } = through['structuredContent'] as { sent: JsonObject };
        const plainName = toShownName(meant?.source ?? '', meant?.name ?? '');
        expect(await outcomeOf(callTool(road, { ...at(ALL_SOURCES), name: plainName, args: whole }))).toEqual(
          through,
        );
        expect(whole).toMatchObject(sent);
      }
      told.length = 0;
      await ask(at(HERE), 'find_tools', { queries: ['list', 'delete a ticket', 'file a'], limit: 20 });
      found += told.length;
      const keys = sightOf(snapshot, principal, HERE).entries.map(({ key }) => key.replace(/^tool /, ''));
      expect(keys).toEqual(expect.arrayContaining(told));
      for (const source of ['one', 'two']) {
        for (const own of URIS) {
          const uri = `${source}+${own}`;
          const through = await outcomeOf(readResource(road, at(HERE), uri));
          if (typeof through === 'object')
            expect(await outcomeOf(readResource(road, at(ALL_SOURCES), uri))).toEqual(through);
          else expect(here.resources.some((one) => one['uri'] === uri)).toBe(through === 'APPROVAL_REQUIRED');
        }
      }
    }),
    { numRuns: 200 },
  );
  // The property is about something.
  expect(Math.min(shown, permitted, refused, found)).toBeGreaterThan(40);
});
