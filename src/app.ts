import { randomBytes, randomUUID } from 'node:crypto';
import { beginChain, type BegunChain } from './audit/begin-chain.ts';
import { createChainName } from './audit/chain-name.ts';
import type { ChainFileSystem } from './audit/file-system.ts';
import type { Via } from './audit/record.ts';
import { foldRefusals } from './audit/refusals.ts';
import { foldSearches } from './audit/searches/fold.ts';
import { createLazyWriter } from './audit/lazy-writer.ts';
import type { Sinks } from './audit/sinks/sinks.ts';
import { createWakingWriter } from './audit/waking-writer.ts';
import { createStoredHeads, placeOf } from './audit/stored-heads.ts';
import { createCatalog, type Catalog } from './catalog/catalog.ts';
import type { Contribution } from './catalog/entries.ts';
import { deliverRecords } from './config/deliver-records.ts';
import type { LoadedConfig } from './config/load.ts';
import { openSignInDesk } from './config/open-sign-in-desk.ts';
import { prepare } from './config/prepare.ts';
import { createChangeRecorder, toRecorded } from './config/record-changes.ts';
import type { BailiwickError } from './errors.ts';
import { createEventAppender } from './gateway/events/append-event.ts';
import { createRefusalLog } from './gateway/events/log-refused-credentials.ts';
import { recordDrift } from './gateway/events/record-drift.ts';
import { createAuthorizationRecorder } from './gateway/events/record-authorizations.ts';
import { createLimitRecorder } from './gateway/events/record-limits.ts';
import { recordIdentity } from './gateway/events/record-identity.ts';
import { createShadowLog } from './gateway/events/log-shadow.ts';
import { createListRecorder } from './gateway/events/record-lists.ts';
import { createSigninRecorder } from './gateway/events/record-signins.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import { holdBack, type Review } from './gateway/hold-back.ts';
import { createKeptLists } from './gateway/kept-lists.ts';
import { createInFlight } from './gateway/in-flight.ts';
import { createLedger } from './gateway/ledger/create-ledger.ts';
import { createKeyLimits } from './gateway/ledger/key-limits.ts';
import { openRounds } from './gateway/questions/open-rounds.ts';
import type { Road } from './gateway/road.ts';
import { createSnapshot } from './gateway/snapshot.ts';
import { createSourcePool, staleOf, type SourceStatus } from './gateway/source-pool.ts';
import { createHeldTeller } from './gateway/tell-held.ts';
import { createWarningTeller } from './gateway/tell-warnings.ts';
import type { Identity } from './identity/identity.ts';
import { openIdentity, type OpenIdentity } from './identity/open-identity.ts';
import type { Held } from './lock/compare.ts';
import { createFacade } from './search/facade/facade.ts';
import { createSearch, type Search } from './search/search.ts';
import type { PolicySet } from './policy/policy-set.ts';
import { describeProblem } from './policy/problem.ts';
import { SERVER_INFO } from './server/server-info.ts';
import { openRequestSealer } from './state/request-sealer.ts';
import { openSealer } from './state/encryption-keys.ts';
import { createLazySealedValues } from './state/lazy-sealed-values.ts';
import { createLazyStore } from './state/lazy-store.ts';
import { openStore } from './state/open-store.ts';
import type { Store } from './state/store.ts';
import { fetchPublicDocument } from './upstream/network/fetch-document.ts';
import type { Logger } from './telemetry/logger.ts';
import type { SignInDesk } from './upstream/mcp/auth/sign-in-desk.ts';

/** A running gateway, without a face. */
export interface App extends Pick<OpenIdentity, 'authorizationServer' | 'serveAt' | 'issuers' | 'local'> {
  readonly gateway: Gateway;
  /** What finds entries in a sight, for commands that look as an agent does. */
  readonly search: Pick<Search, 'find' | 'explain' | 'covers'>;
  /** Where state is kept. Of a command it is opened by its first use. */
  readonly store: Store;
  /** Where principals sign in to sources. The face says where it receives browsers. */
  readonly signIns: SignInDesk;
  /** The policies in force. */
  policy(): PolicySet;
  sources(): SourceStatus[];
  /** Everything that the sources offer, whether it is served or held back. */
  offered(): Catalog;
  /** The lock in force. */
  review(): Review;
  /** Tools that are offered and not served, because the lock does not hold them as they are. */
  held(): readonly Held[];
  /** Sources that the configuration names but that cannot be used, e.g. for a document that is none. */
  unusable(): { source: string; error: BailiwickError }[];
  /** Resolves when every source has answered, or failed, at least once. */
  settled(): Promise<void>;
  /** Resolves when of every source something is served, be it what it offered earlier, or it has failed. */
  listed(): Promise<void>;
  /** Who calls, by the configuration in force. Whom a server let in is recorded. */
  readonly identity: Identity;
  /**
   * Swaps in another configuration, whole or not at all.
   *
   * @throws BailiwickError `CONFIGURATION`; what ran keeps running.
   */
  reload(next: LoadedConfig): void;
  /** Records that a changed configuration is not used: it could not be read, or {@link reload} threw. */
  reloadFailed(error: BailiwickError): void;
  /** Finishes calls in flight for up to `graceMs`, ends upstreams and children, flushes the record. Once. */
  close(graceMs: number): Promise<void>;
}

export interface AppOptions {
  readonly loaded: LoadedConfig;
  readonly face: Via['face'];
  readonly logger: Logger;
  readonly now: () => number;
  /** Connect these sources only; absent: all. */
  readonly only?: readonly string[];
  /** The disk that the record is written to; absent: this machine's. */
  readonly fileSystem?: ChainFileSystem;
}

/**
 * Configuration → running gateway. The only place where collaborators meet.
 *
 * @throws BailiwickError `CONFIGURATION` for policies or keys that are wrong, `RECORD_UNAVAILABLE` where no record can be kept,
 *   `STATE_UNAVAILABLE` where a server's state cannot be opened.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { face, logger, now, fileSystem } = options;
  // A command shows what the sources say now, or that they do not answer.
  const keptLists = face === 'cli' ? undefined : createKeptLists({ store: () => store, now, logger });
  const signIns = openSignInDesk(options, () => store);
  const planning = { ...options, keptLists, signIns, clientInfo: SERVER_INFO };
  let inForce = prepare(options.loaded, planning);

  const openState = (): Promise<Store> => openStore(options.loaded.config.state, { logger, now });
  const sealer = await openRequestSealer(options.loaded.config, { face, logger });
  const store: Store = face === 'cli' ? createLazyStore(openState) : await openState();
  const identity = openIdentity({
    store,
    sealed: createLazySealedValues(
      () => store,
      () => openSealer(options.loaded.config.state),
    ),
    sealer,
    publicUrl: () => inForce.loaded.config.server.publicUrl,
    logger,
    now,
    fetchDocument: fetchPublicDocument,
    noteAuthorization: (event) => noteAuthorization(event),
  });
  identity.use(inForce.loaded.config.identity);

  const chain = createChainName({ face, now, random: randomBytes });
  let begun: BegunChain | undefined;
  let sinks: Sinks | undefined;
  const open = async (): Promise<BegunChain['writer']> => {
    const settings = options.loaded.config.audit;
    const heads = createStoredHeads(store, now, placeOf(settings.dir));
    begun = await beginChain({
      settings,
      chain,
      now,
      logger,
      fileSystem,
      heads,
      isLasting: face !== 'cli',
      isPassed: async (name, seq) => (await sinks?.isPassed(name, seq)) ?? false,
    });
    return begun.writer;
  };
  // A command that only looks at the catalog leaves no chain; a server that could keep none would rather not start.
  const writer =
    face === 'cli'
      ? createLazyWriter(open)
      : await open().catch(async (error: unknown) => {
          await store.close();
          throw error;
        });
  // Chains of commands are delivered by the next server.
  if (face !== 'cli') sinks = deliverRecords(options, chain, writer);
  const waking = createWakingWriter(writer, () => sinks?.wake());
  const records = foldSearches({ writer: foldRefusals({ writer: waking, now, logger }), now, logger });
  const inFlight = createInFlight();
  const append = createEventAppender({ record: records.append, logger });
  const changes = createChangeRecorder({ append, now });
  const noteSignin = createSigninRecorder({ append, now });
  const noteAuthorization = createAuthorizationRecorder({ append, face, now });
  const noteList = createListRecorder({ append, now });
  const shadowLog = createShadowLog({ logger, now });
  const ledger = createLedger({
    store,
    logger,
    now,
    newId: randomUUID,
    timeZone: () => inForce.loaded.config.ledger.timeZone,
    localShare: options.loaded.config.state.localShare,
    keyLimits: createKeyLimits(identity.keyLimitsOf),
    ...createLimitRecorder(append),
  });
  const road: Road = {
    record: records.append,
    noteList,
    noteShadow: shadowLog.note,
    inFlight,
    ledger,
    logger,
    now,
    newId: randomUUID,
  };

  const search = createSearch({
    settings: () => inForce.loaded.config.search,
    files: () => inForce.loaded.tlsFiles,
    embedsEntries: face !== 'cli',
    logger,
  });
  const facade = createFacade({ search });
  const rounds = openRounds({ road, sealer, store });

  const pool = createSourcePool({ onChange: swap, callsEnded: inFlight.ended, logger, now });
  const tellHeld = createHeldTeller(logger, (review, fresh) => {
    if (face !== 'cli') recordDrift(append, review, fresh);
  });
  const tellWarnings = createWarningTeller(logger);
  let held: readonly Held[] = [];
  const offered = (): Contribution[] =>
    pool.status().flatMap(({ contribution }) => (contribution ? inForce.hints.give(contribution) : []));
  const snapshot = (): Parameters<typeof createSnapshot>[0] => {
    const contributions = offered();
    const reviewed = holdBack(inForce.review, contributions);
    held = reviewed.held;
    tellHeld(inForce.review, held);
    const catalog = createCatalog(reviewed.served);
    const { hints, loaded } = inForce;
    const strangers = hints.strangers(Object.keys(loaded.config.sources));
    tellWarnings(contributions, { catalog, catalogs: inForce.catalogs }, strangers.map(describeProblem));
    return {
      catalog,
      catalogs: inForce.catalogs,
      policy: inForce.policy,
      upstreams: pool.upstreams(),
      stale: staleOf(pool.status()),
      settings: inForce.settings,
      shadow: inForce.shadow,
      builtIns: facade.tools,
    };
  };
  const gateway = createGateway({ road, rounds, facade }, createSnapshot(snapshot()));
  function swap(): void {
    gateway.swap(createSnapshot(snapshot()));
    search.follow(gateway.current().catalog);
    const isSearched = inForce.settings.listing?.all.some(({ mode }) => mode !== 'full') ?? false;
    if (face !== 'cli' && isSearched) search.readAhead();
  }
  for (const { source, error } of inForce.unusable)
    logger.error({ source, err: error }, `source ${source} is left out: ${error.message}`);
  pool.replace(inForce.plans);
  swap();
  if (face !== 'cli') changes.started(toRecorded(inForce), SERVER_INFO.version);

  const refuseShadow = (fault: BailiwickError): void => {
    logger.error({ err: fault }, `the shadow policies stay as they were: ${fault.message}`);
    changes.refused(toRecorded(inForce), fault, inForce.settings.recordArguments.text(fault.message));
  };

  let closing: Promise<void> | undefined;
  const shutDown = async (graceMs: number): Promise<void> => {
    const deadline = now() + graceMs;
    rounds.close();
    const { cancelled } = await inFlight.drain(graceMs);
    if (cancelled > 0) {
      logger.warn({ cancelled }, `${cancelled} calls were cancelled: they outlasted the shutdown grace`);
    }
    await ledger.close();
    shadowLog.close();
    try {
      await pool.close();
      await Promise.all([signIns.close(), identity.close(), search.close()]);
      if (face !== 'cli') await changes.stopped(toRecorded(inForce), cancelled);
    } finally {
      try {
        await records.close();
      } finally {
        try {
          // Calls may have taken all the time; the last records get some nevertheless.
          await sinks?.close(Math.max(deadline - now(), Math.min(graceMs, LAST_RECORDS_MS)));
        } finally {
          await store.close();
        }
      }
    }
  };

  return {
    gateway,
    search,
    store,
    signIns,
    policy: () => inForce.policy,
    sources: pool.status,
    offered: () => createCatalog(offered()),
    review: () => inForce.review,
    held: () => held,
    unusable: () => inForce.unusable,
    settled: pool.settled,
    listed: pool.listed,
    local: identity.local,
    identity:
      face === 'cli'
        ? identity
        : recordIdentity(identity, {
            face,
            noteSignin,
            noteRefusal: createRefusalLog({ logger, now }),
            onExpiredKey: () => changes.lookForExpired(inForce.loaded.config.identity.keys),
          }),
    serveAt: identity.serveAt,
    issuers: identity.issuers,
    authorizationServer: identity.authorizationServer,
    reload(next) {
      const prepared = prepare(next, planning, inForce);
      const broken = prepared.unusable[0];
      if (broken) throw broken.error;
      const before = inForce;
      inForce = prepared;
      identity.use(next.config.identity);
      void begun?.useSettings(next.config.audit);
      changes.reloaded(toRecorded(before), toRecorded(prepared));
      if (prepared.shadowFault) refuseShadow(prepared.shadowFault);
      pool.replace(prepared.plans);
      swap();
      sinks?.replace(next.config.audit.sinks, next.tlsFiles);
    },
    reloadFailed(error) {
      changes.refused(toRecorded(inForce), error, inForce.settings.recordArguments.text(error.message));
    },
    close(graceMs) {
      return (closing ??= shutDown(graceMs));
    },
  };
}

/** How long the last records may take to reach the sinks, at least, unless the whole grace is shorter. */
const LAST_RECORDS_MS = 1000;
