import { identityOf } from '../support/identity.ts';
import { randomUUID } from 'node:crypto';
import { createArgumentRecorder } from '../../src/audit/mask/record-arguments.ts';
import type { RecordEntry } from '../../src/audit/record.ts';
import { createCatalog } from '../../src/catalog/catalog.ts';
import type { Contribution } from '../../src/catalog/entries.ts';
import type { JsonObject } from '../../src/catalog/json.ts';
import { BailiwickError } from '../../src/errors.ts';
import { CatalogsSettings } from '../../src/gateway/catalogs/settings.ts';
import { compileCatalogs } from '../../src/gateway/catalogs/virtual-catalog.ts';
import type { Facade } from '../../src/gateway/facade.ts';
import { createGateway } from '../../src/gateway/gateway.ts';
import { NO_FACADE } from '../support/no-facade.ts';
import { compileListing } from '../../src/gateway/listing/rules.ts';
import { ListingSettings } from '../../src/gateway/listing/settings.ts';
import { openRounds } from '../../src/gateway/questions/open-rounds.ts';
import { createInFlight } from '../../src/gateway/in-flight.ts';
import type { Road } from '../../src/gateway/road.ts';
import { createSnapshot, type Snapshot } from '../../src/gateway/snapshot.ts';
import { startHttpServer } from '../../src/server/http-server.ts';
import { ServerSettings } from '../../src/server/settings.ts';
import { createSealer } from '../../src/state/sealed.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import type { Upstream } from '../../src/upstream/upstream.ts';
import { createLog, openLedger } from '../ledger/support.ts';
import { policy, principal } from '../policy/fixtures.ts';

/** An upstream that answers what its script says, and can be made to tell of changes. */
export interface ScriptedUpstream extends Upstream {
  /** URIs that are subscribed to now, one for each subscription. */
  readonly subscribed: string[];
  /** Tells all subscriptions of a URI. */
  update(uri: string, params?: JsonObject): void;
}

export function scriptUpstream(
  contribution: Contribution,
  script: {
    readonly request?: Upstream['request'];
    readonly callTool?: Upstream['callTool'];
    /** Called before a subscription is accepted. */
    readonly onSubscribe?: (uri: string) => Promise<void> | void;
  } = {},
): ScriptedUpstream {
  const listeners = new Set<{ uri: string; tell: (params: JsonObject) => void }>();
  return {
    source: contribution.source,
    get subscribed() {
      return [...listeners].map(({ uri }) => uri);
    },
    update(uri, params = { uri }) {
      for (const one of listeners) if (one.uri === uri) one.tell(params);
    },
    contribution: async () => contribution,
    onChange: () => {},
    callTool: script.callTool ?? (async () => ({ result: { content: [] }, status: 'ok' })),
    plan: () => ({ upstream: contribution.source, method: '', params: {} }),
    request: script.request ?? (async () => ({ contents: [] })),
    async subscribe(uri, _context, tell) {
      await script.onSubscribe?.(uri);
      const listener = { uri, tell };
      listeners.add(listener);
      return async () => void listeners.delete(listener);
    },
    close: async () => {},
  };
}

/** Callers by their bearer token: each is in the group of that name. */
const CALLERS = ['ann', 'bob'] as const;

/** What a snapshot is made of, where it is not as usual. */
export interface Served {
  readonly upstreams: readonly ScriptedUpstream[];
  readonly policy?: string;
  readonly stale?: ReadonlyMap<string, number>;
  readonly pageSize?: number;
  /** As `catalogs` of a configuration has them. */
  readonly catalogs?: unknown;
  /** As `listing` of a configuration has it. Absent: all tools are listed. */
  readonly listing?: unknown;
  readonly facade?: Facade;
}

const ALL = 'policy: all\nrules: [ { id: all, effect: permit } ]';

async function toSnapshot(served: Served): Promise<Parameters<typeof createSnapshot>[0]> {
  const never = new AbortController().signal;
  const contributions = await Promise.all(served.upstreams.map((one) => one.contribution(never)));
  const catalogs = CatalogsSettings.parse(served.catalogs ?? {});
  return {
    catalog: createCatalog(contributions),
    catalogs: compileCatalogs(catalogs),
    builtIns: served.facade?.tools ?? [],
    policy: policy(served.policy ?? ALL),
    upstreams: new Map(served.upstreams.map((one) => [one.source, one])),
    stale: served.stale ?? new Map(),
    settings: {
      maxResultBytes: 1_000_000,
      recordArguments: createArgumentRecorder({ arguments: 'full', mask: [] }, []),
      prices: new Map(),
      questions: new Map(),
      pageSize: served.pageSize,
      ...(served.listing !== undefined && {
        listing: compileListing(ListingSettings.parse(served.listing), catalogs),
      }),
    },
  };
}

/** A gateway over scripted upstreams on a free port, which calls its callers by their bearer token. */
export async function serveScripted(
  served: Served,
  settings: Partial<ServerSettings> = {},
  more: { readonly keepAliveMs?: number } = {},
) {
  const records: RecordEntry[] = [];
  const { logger } = createLog();
  const store = openMemory({ logger });
  const { ledger } = openLedger(store);
  let id = 0;
  let time = Date.now();
  const road: Road = {
    record: async (entry) => void records.push(entry),
    noteList: () => {},
    inFlight: createInFlight(),
    ledger,
    logger,
    now: () => time,
    newId: () => `id-${(id += 1)}-${process.pid}`,
  };
  const rounds = openRounds({ road, store, sealer: createSealer([randomUUID()]) });
  const gateway = createGateway(
    { road, rounds, facade: served.facade ?? NO_FACADE },
    createSnapshot(await toSnapshot(served)),
  );
  const http = await startHttpServer({
    settings: ServerSettings.parse({ listen: '127.0.0.1:0', ...settings }),
    gateway,
    identity: identityOf(({ authorization }) => {
      const subject = CALLERS.find((one) => authorization === `Bearer ${one}`);
      if (subject === undefined) throw new BailiwickError('UNAUTHENTICATED', 'no such caller');
      return principal({ subject, groups: [subject] });
    }),
    ...more,
    isReady: () => true,
    logger,
  });
  return {
    gateway,
    records,
    url: http.url,
    endpoint: `${http.url}/mcp`,
    swap: async (next: Served): Promise<Snapshot> => {
      gateway.swap(createSnapshot(await toSnapshot(next)));
      return gateway.current();
    },
    pass: (milliseconds: number) => void (time += milliseconds),
    [Symbol.asyncDispose]: () => http.close(),
  };
}
