import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createArgumentRecorder } from '../../src/audit/mask/record-arguments.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { ALL_SOURCES, type Endpoint } from '../../src/gateway/endpoint.ts';
import { list } from '../../src/gateway/list.ts';
import { compileListing } from '../../src/gateway/listing/rules.ts';
import { ListingSettings } from '../../src/gateway/listing/settings.ts';
import { createSnapshot, type Snapshot } from '../../src/gateway/snapshot.ts';
import type { PolicySet } from '../../src/policy/policy-set.ts';
import type { Rule } from '../../src/policy/rule.ts';
import { policySetOf, principals, rules } from '../policy/arbitraries.ts';
import { catalog, catalogOf, tool } from '../policy/fixtures.ts';
import { FACADE } from './scripted-facade.ts';

const NAMES = ['get_ticket', 'delete_ticket', 'list', 'find_tools'];
const ENTRIES = ['one', 'two'].map((source) =>
  catalogOf(source, {
    tools: NAMES.map((name, index) => ({
      ...tool(source, name, index === 1 ? 'destructive' : 'read', { tags: ['t1'] }),
      description: `${name} of ${source}, `.repeat(index + 1),
    })),
  }),
);

function snapshotOf(of: Catalog, policy: PolicySet, listing: ListingSettings): Snapshot {
  return createSnapshot({
    catalog: of,
    policy,
    builtIns: FACADE.tools,
    upstreams: new Map(),
    stale: new Map(),
    settings: {
      maxResultBytes: 100_000,
      recordArguments: createArgumentRecorder({ arguments: 'digest', mask: [] }, []),
      prices: new Map(),
      questions: new Map(),
      listing: compileListing(listing, {}),
    },
  });
}

const listings = fc.record({
  mode: fc.constantFrom('auto' as const, 'auto' as const, 'search' as const),
  budget: fc.integer({ min: 20, max: 300 }),
  pin: fc.subarray(['one_list', 'two_*', '*_ticket']),
});

const ENDPOINTS: readonly Endpoint[] = [ALL_SOURCES, { kind: 'source', source: 'one' }];

test('whatever the policies and the budget, a list is what it would be if what the caller does not see were not there', () => {
  const modes = { full: 0, search: 0 };
  fc.assert(
    fc.property(fc.boolean(), rules, principals, listings, (isOpen, some, principal, listing) => {
      const open: Rule[] = isOpen ? [{ id: 'p/open', effect: 'permit' }] : [];
      const policy = policySetOf([...open, ...some]);
      const settings = ListingSettings.parse(listing);
      const whole = snapshotOf(catalog(...ENTRIES), policy, settings);
      const seen = new Set(whole.view(principal).tools.map(({ source, name }) => `${source} ${name}`));
      const visible = ENTRIES.map((one) => ({
        ...one,
        tools: one.tools.filter(({ source, name }) => seen.has(`${source} ${name}`)),
      }));
      const without = snapshotOf(catalog(...visible), policy, settings);
      for (const endpoint of ENDPOINTS) {
        const listed = list(whole, principal, endpoint);
        expect(listed.tools).toEqual(list(without, principal, endpoint).tools);
        modes[listed.mode] += 1;
      }
    }),
    { numRuns: 150 },
  );
  // The property is about something.
  expect(Math.min(modes.full, modes.search)).toBeGreaterThan(20);
});
