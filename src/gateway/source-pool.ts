import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Contribution } from '../catalog/entries.ts';
import { toBailiwickError, type BailiwickError } from '../errors.ts';
import { toReason } from '../telemetry/error-fields.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Upstream } from '../upstream/upstream.ts';

/** How a source is doing, for people. */
export interface SourceStatus {
  readonly source: string;
  /** `starting`: has not answered yet. `down`: failed; what it last offered, if anything, is still listed. */
  readonly state: 'starting' | 'ready' | 'down';
  readonly contribution?: Contribution;
  /** Since when, in milliseconds since the epoch, `contribution` is what was offered earlier: the source did not answer since. */
  readonly staleSince?: number;
  readonly error?: BailiwickError;
}

/** Sources whose entries are those of an earlier time, since when. */
export function staleOf(sources: readonly SourceStatus[]): ReadonlyMap<string, number> {
  return new Map(
    sources.flatMap(({ source, staleSince }) =>
      staleSince === undefined ? [] : [[source, staleSince] as const],
    ),
  );
}

/** A source as configuration wants it. Equal keys mean that a running upstream can stay as it is. */
export interface SourcePlan {
  readonly key: string;
  readonly create: () => Upstream;
  /** What the source offered to an earlier process: served until it answers. Absent: nothing is kept of it. */
  readonly kept?: () => Promise<KeptOffer | undefined>;
}

/** What a source offered once, and when that was: milliseconds since the epoch. */
export interface KeptOffer {
  readonly contribution: Contribution;
  readonly at: number;
}

/** The upstreams of a deployment: started, asked what they offer, kept over reloads, retired without cutting calls. */
export interface SourcePool {
  upstreams(): ReadonlyMap<string, Upstream>;
  status(): SourceStatus[];
  /** Makes the pool hold exactly these sources. Unchanged ones are not touched. */
  replace(plans: ReadonlyMap<string, SourcePlan>): void;
  /** Resolves when every source has answered, or failed, at least once. */
  settled(): Promise<void>;
  /** Resolves when of every source something is served, be it what it offered earlier, or it has failed. */
  listed(): Promise<void>;
  close(): Promise<void>;
}

interface Member {
  readonly source: string;
  /** What served this source before its settings changed; serves on until this member has answered, or failed. */
  previous: Member | undefined;
  readonly key: string;
  readonly upstream: Upstream;
  state: SourceStatus['state'];
  contribution?: Contribution;
  staleSince?: number;
  error?: BailiwickError;
  refreshing: Promise<void>;
  /** Whether something is served already; known when what was kept of the source was looked for. */
  recalling: Promise<boolean>;
  /** Another change arrived while one was being fetched. */
  stale: boolean;
}

export function createSourcePool(options: {
  /** Called after a member's offer changed, or it went down. */
  readonly onChange: () => void;
  /** Resolves when the calls that are on the road now have ended: a retired upstream is closed after that. */
  readonly callsEnded: () => Promise<void>;
  readonly logger: Logger;
  readonly now: () => number;
}): SourcePool {
  const { onChange, callsEnded, logger, now } = options;
  const stopping = new AbortController();
  const retiring = new Set<Promise<void>>();
  let members = new Map<string, Member>();

  const refresh = async (member: Member): Promise<void> => {
    do {
      member.stale = false;
      try {
        member.contribution = await member.upstream.contribution(stopping.signal);
        if (member.state === 'down')
          logger.info({ source: member.source }, `source ${member.source} is back`);
        member.state = 'ready';
        delete member.error;
        delete member.staleSince;
      } catch (thrown) {
        const isNews = member.state !== 'down';
        member.state = 'down';
        member.error = toBailiwickError(thrown);
        if (member.contribution) member.staleSince ??= now();
        if (stopping.signal.aborted) return;
        if (members.get(member.source) === member) {
          const { source } = member;
          if (isNews) logger.warn({ source, ...toReason(thrown) }, `source ${source} is down`);
          logger.debug({ source, err: thrown }, `source ${source} cannot be listed`);
        }
      }
      const { previous } = member;
      member.previous = undefined;
      if (previous) retire(previous);
      if (members.get(member.source) === member) onChange();
    } while (member.stale);
  };

  /** Serves what the source offered to an earlier process, unless it has answered meanwhile. */
  const recall = async (member: Member, { kept }: SourcePlan): Promise<boolean> => {
    const offer = await kept?.().catch((error: unknown) => {
      logger.debug({ source: member.source, err: error }, 'what the source offered earlier cannot be read');
    });
    if (!offer || member.contribution || stopping.signal.aborted) return member.contribution !== undefined;
    member.contribution = offer.contribution;
    member.staleSince = offer.at;
    if (members.get(member.source) === member) onChange();
    return true;
  };

  const retire = (member: Member): void => {
    // A call that has just taken its snapshot is on the road by the next turn of the event loop.
    const retired = nextTurn()
      .then(callsEnded)
      .then(() => member.upstream.close())
      .finally(() => retiring.delete(retired));
    retiring.add(retired);
    if (member.previous) retire(member.previous);
  };

  /** Who answers for a source now: the one before, as long as the new one is only starting. */
  const serving = (member: Member): Member => member.previous ?? member;

  const start = (source: string, plan: SourcePlan, before: Member | undefined): Member => {
    const member: Member = {
      source,
      previous: before && serving(before),
      key: plan.key,
      upstream: plan.create(),
      state: 'starting',
      refreshing: Promise.resolve(),
      recalling: Promise.resolve(false),
      stale: false,
    };
    let idle = true;
    const run = (): void => {
      if (!idle) {
        member.stale = true;
        return;
      }
      idle = false;
      member.refreshing = refresh(member).finally(() => (idle = true));
    };
    member.upstream.onChange(run);
    run();
    // Whoever serves already knows better.
    if (!member.previous) member.recalling = recall(member, plan);
    return member;
  };

  return {
    upstreams: () =>
      new Map([...members.values()].map(serving).map(({ source, upstream }) => [source, upstream])),
    status: () =>
      [...members.values()].map((member) => {
        const { contribution, staleSince, error } = serving(member);
        return {
          source: member.source,
          state: member.state,
          ...(contribution && { contribution }),
          ...(staleSince !== undefined && { staleSince }),
          ...(error && { error }),
        };
      }),
    replace(plans) {
      const before = members;
      members = new Map();
      for (const [source, plan] of plans) {
        const running = before.get(source);
        members.set(source, running?.key === plan.key ? running : start(source, plan, running));
      }
      for (const member of before.values()) {
        const successor = members.get(member.source);
        if (successor === member) continue;
        // One that was still starting hands on what serves for it, and is not waited for.
        if (successor?.previous && successor.previous !== member) member.previous = undefined;
        if (successor?.previous !== member) retire(member);
      }
    },
    async settled() {
      await Promise.all(
        [...members.values()].flatMap(({ refreshing, recalling }) => [refreshing, recalling]),
      );
    },
    async listed() {
      // What is kept is read in no time; a source takes as long as it takes.
      const each = [...members.values()].map(async ({ recalling, refreshing }) => {
        if (!(await recalling)) await refreshing;
      });
      await Promise.all(each);
    },
    async close() {
      stopping.abort();
      const held = [...members.values()].flatMap((member) => [
        member,
        ...(member.previous ? [member.previous] : []),
      ]);
      await Promise.all([...held.map((member) => member.upstream.close()), ...retiring]);
    },
  };
}
