import type { Contribution } from '../catalog/entries.ts';
import { toBailiwickError, type BailiwickError } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Upstream } from '../upstream/upstream.ts';

/** How a source is doing, for people. */
export interface SourceStatus {
  readonly source: string;
  /** `starting`: has not answered yet. `down`: failed; what it last offered, if anything, is still listed. */
  readonly state: 'starting' | 'ready' | 'down';
  readonly contribution?: Contribution;
  readonly error?: BailiwickError;
}

/** A source as configuration wants it. Equal keys mean that a running upstream can stay as it is. */
export interface SourcePlan {
  readonly key: string;
  readonly create: () => Upstream;
}

/** The upstreams of a deployment: started, asked what they offer, kept over reloads, retired without cutting calls. */
export interface SourcePool {
  upstreams(): ReadonlyMap<string, Upstream>;
  status(): SourceStatus[];
  /** Makes the pool hold exactly these sources. Unchanged ones are not touched. */
  replace(plans: ReadonlyMap<string, SourcePlan>): void;
  /** Resolves when every source has answered, or failed, at least once. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

interface Member {
  readonly source: string;
  readonly key: string;
  readonly upstream: Upstream;
  state: SourceStatus['state'];
  contribution?: Contribution;
  error?: BailiwickError;
  refreshing: Promise<void>;
  /** Another change arrived while one was being fetched. */
  stale: boolean;
}

export function createSourcePool(options: {
  /** Called after a member's offer changed, or it went down. */
  readonly onChange: () => void;
  /** Resolves when the calls that are on the road now have ended: a retired upstream is closed after that. */
  readonly callsEnded: () => Promise<void>;
  readonly logger: Logger;
}): SourcePool {
  const { onChange, callsEnded, logger } = options;
  const stopping = new AbortController();
  const retiring = new Set<Promise<void>>();
  let members = new Map<string, Member>();

  const refresh = async (member: Member): Promise<void> => {
    do {
      member.stale = false;
      try {
        member.contribution = await member.upstream.contribution(stopping.signal);
        member.state = 'ready';
        delete member.error;
      } catch (thrown) {
        member.state = 'down';
        member.error = toBailiwickError(thrown);
        if (stopping.signal.aborted) return;
        logger.warn({ source: member.source, err: thrown }, `source ${member.source} is down`);
      }
      if (members.get(member.source) === member) onChange();
    } while (member.stale);
  };

  const start = (source: string, plan: SourcePlan): Member => {
    const member: Member = {
      source,
      key: plan.key,
      upstream: plan.create(),
      state: 'starting',
      refreshing: Promise.resolve(),
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
    return member;
  };

  return {
    upstreams: () => new Map([...members.values()].map(({ source, upstream }) => [source, upstream])),
    status: () =>
      [...members.values()].map(({ source, state, contribution, error }) => ({
        source,
        state,
        ...(contribution && { contribution }),
        ...(error && { error }),
      })),
    replace(plans) {
      const before = members;
      members = new Map();
      for (const [source, plan] of plans) {
        const running = before.get(source);
        members.set(source, running?.key === plan.key ? running : start(source, plan));
      }
      for (const member of before.values()) {
        if (members.get(member.source) === member) continue;
        const retired = callsEnded()
          .then(() => member.upstream.close())
          .finally(() => retiring.delete(retired));
        retiring.add(retired);
      }
    },
    async settled() {
      await Promise.all([...members.values()].map((member) => member.refreshing));
    },
    async close() {
      stopping.abort();
      await Promise.all([...[...members.values()].map((member) => member.upstream.close()), ...retiring]);
    },
  };
}
