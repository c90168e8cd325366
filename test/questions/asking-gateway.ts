import { randomUUID } from 'node:crypto';
import { createArgumentRecorder } from '../../src/audit/mask/record-arguments.ts';
import type { RecordEntry } from '../../src/audit/record.ts';
import { createCatalog } from '../../src/catalog/catalog.ts';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import { createInFlight } from '../../src/gateway/in-flight.ts';
import { createPriceList } from '../../src/gateway/price.ts';
import { openRounds, type RoundLimits } from '../../src/gateway/questions/open-rounds.ts';
import type { Road } from '../../src/gateway/road.ts';
import { createSnapshot } from '../../src/gateway/snapshot.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import { createFacade } from '../../src/search/facade/facade.ts';
import type { Store } from '../../src/state/store.ts';
import { createSealer } from '../../src/state/sealed.ts';
import type { QuestionSettings } from '../../src/upstream/mcp/question-settings.ts';
import { createClock, createLog, openLedger } from '../ledger/support.ts';
import { loadPolicies } from '../../src/policy/load.ts';
import { catalogOf, tool } from '../policy/fixtures.ts';
import { createAskingUpstream } from './asking-upstream.ts';

const SOURCES = ['helpdesk', 'payroll'] as const;

const TOOLS = ['ask', 'ask_at_once', 'tell', 'relay', 'page_first'];

const POLICY = `
policy: all
rules: [ { id: helpdesk, effect: permit, what: { source: helpdesk } }, { id: payroll, effect: permit, what: { source: payroll } },
         { id: prompts, effect: permit, what: { prompt: '*' } }, { id: resources, effect: permit, what: { resource: '**' } } ]
`;

export type Clock = ReturnType<typeof createClock>;

/** A gateway in this process before two upstreams that ask, without a face. */
export function createAskingGateway(
  options: {
    clock?: Clock;
    secret?: string;
    questions?: Record<string, QuestionSettings>;
    limits?: RoundLimits;
    store?: Store;
    /** Rules beside those that permit everything, as a file. */
    rules?: string;
  } = {},
) {
  const { clock = createClock(Date.now()), secret = randomUUID() } = options;
  const { logger, lines } = createLog();
  const { store = openMemory({ logger }) } = options;
  const { ledger } = openLedger(store);
  const records: RecordEntry[] = [];
  const road: Road = {
    record: async (entry) => void records.push(entry),
    noteList: () => {},
    inFlight: createInFlight(),
    ledger,
    logger,
    now: clock.now,
    newId: randomUUID,
  };
  const facade = createFacade({ search: { find: () => Promise.resolve([]), covers: () => true } });
  const asking = SOURCES.map((source) => createAskingUpstream(source));
  const snapshot = createSnapshot({
    catalog: createCatalog(
      SOURCES.map((source) =>
        catalogOf(source, {
          tools: TOOLS.map((name) => tool(source, name)),
          resources: [`${source}://a`],
          prompts: ['ask'],
        }),
      ),
    ),
    policy: loadPolicies([
      { file: 'all.policy.yaml', text: POLICY },
      ...(options.rules === undefined ? [] : [{ file: 'more.policy.yaml', text: options.rules }]),
    ]),
    stale: new Map(),
    builtIns: facade.tools,
    upstreams: new Map(asking.map(({ upstream }) => [upstream.source, upstream])),
    settings: {
      maxResultBytes: 100_000,
      recordArguments: createArgumentRecorder({ arguments: 'digest', mask: [] }, []),
      questions: new Map(Object.entries(options.questions ?? {})),
      prices: new Map([['payroll', createPriceList({ price: 0.5 })]]),
    },
  });
  const rounds = openRounds({
    road,
    store,
    sealer: createSealer([secret]),
    schedule: clock.schedule,
    ...options,
  });
  const gateway: Gateway = createGateway({ road, rounds, facade }, snapshot);
  return { gateway, clock, records, lines, logger, snapshot, reached: asking.map(({ reached }) => reached) };
}
