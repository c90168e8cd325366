import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { createArgumentRecorder } from '../../src/audit/mask/record-arguments.ts';
import type { RecordEntry } from '../../src/audit/record.ts';
import { createCatalog } from '../../src/catalog/catalog.ts';
import type { JsonObject } from '../../src/catalog/json.ts';
import { BailiwickError } from '../../src/errors.ts';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import { createInFlight } from '../../src/gateway/in-flight.ts';
import { createPriceList } from '../../src/gateway/price.ts';
import { openRounds, type RoundLimits } from '../../src/gateway/questions/open-rounds.ts';
import type { Road } from '../../src/gateway/road.ts';
import { createSnapshot } from '../../src/gateway/snapshot.ts';
import { startHttpServer } from '../../src/server/http-server.ts';
import { ServerSettings } from '../../src/server/settings.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import { createSealer } from '../../src/state/sealed.ts';
import type { QuestionSettings } from '../../src/upstream/mcp/question-settings.ts';
import { createClock, createLog, openLedger } from '../ledger/support.ts';
import { catalogOf, policy, principal, tool } from '../policy/fixtures.ts';
import { createAskingUpstream } from './asking-upstream.ts';

export const SOURCES = ['helpdesk', 'payroll'] as const;

const TOOLS = ['ask', 'ask_at_once', 'tell', 'relay'];

const POLICY = policy(`
policy: all
rules: [ { id: helpdesk, effect: permit, what: { source: helpdesk } }, { id: payroll, effect: permit, what: { source: payroll } },
         { id: prompts, effect: permit, what: { prompt: '*' } }, { id: resources, effect: permit, what: { resource: '**' } } ]
`);

export type Clock = ReturnType<typeof createClock>;

/** A gateway in this process before two upstreams that ask, without a face. */
export function createAskingGateway(
  options: {
    clock?: Clock;
    secret?: string;
    questions?: Record<string, QuestionSettings>;
    limits?: RoundLimits;
  } = {},
) {
  const { clock = createClock(Date.now()), secret = randomUUID() } = options;
  const { logger, lines } = createLog();
  const store = openMemory({ logger });
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
    policy: POLICY,
    stale: new Map(),
    upstreams: new Map(asking.map(({ upstream }) => [upstream.source, upstream])),
    settings: {
      maxResultBytes: 100_000,
      recordArguments: createArgumentRecorder({ arguments: 'digest', mask: [] }, []),
      questions: new Map(Object.entries(options.questions ?? {})),
      prices: new Map([['payroll', createPriceList({ price: 0.5 })]]),
    },
  });
  const rounds = openRounds({ road, sealer: createSealer([secret]), schedule: clock.schedule, ...options });
  const gateway: Gateway = createGateway(road, rounds, snapshot);
  return { gateway, clock, records, lines, logger, snapshot, reached: asking.map(({ reached }) => reached) };
}

/** The same over HTTP: whoever shows `Bearer NAME` is NAME. Closed when the test ends. */
export async function serveAskingGateway(options: Parameters<typeof createAskingGateway>[0] = {}) {
  const asking = createAskingGateway(options);
  const http = await startHttpServer({
    settings: ServerSettings.parse({ listen: '127.0.0.1:0' }),
    gateway: asking.gateway,
    authenticate: ({ authorization }) => {
      const subject = authorization?.replace('Bearer ', '');
      if (subject === undefined) throw new BailiwickError('UNAUTHENTICATED', 'no credential');
      return principal({ subject });
    },
    isKnown: () => true,
    challenge: () => 'Bearer',
    isReady: () => true,
    logger: asking.logger,
  });
  onTestFinished(() => http.close());
  return { ...asking, http, endpoint: `${http.url}/mcp` };
}

/** What a tool of the asking upstream answered. */
export function answersOf(result: unknown): JsonObject[] {
  const [block] = (result as { content: { text: string }[] }).content;
  return JSON.parse(block?.text ?? 'null') as JsonObject[];
}

export const FORM = {
  method: 'elicitation/create',
  params: {
    message: 'Which\u0007 ticket?',
    requestedSchema: { type: 'object', properties: { id: { type: 'string', title: 'Id\u200B' } } },
  },
};

export const URL_QUESTION = {
  method: 'elicitation/create',
  params: { mode: 'url', message: 'Sign in', url: 'https://login.example.com/x', elicitationId: 'e-1' },
};

export const SAMPLING = {
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: { type: 'text', text: 'Hi' } }], maxTokens: 10 },
};

export const ROOTS = { method: 'roots/list' };
