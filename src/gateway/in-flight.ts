import { BailiwickError } from '../errors.ts';

/** Calls that are on the road. A stop takes no new ones, waits for these, and cancels what outlasts the limit. */
export interface InFlight {
  /** Fires when the time to finish is over: every call on the road is cancelled. */
  readonly expired: AbortSignal;
  /** @throws BailiwickError `SHUTTING_DOWN` once {@link drain} was called. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when the calls that are on the road now have ended; later ones are not waited for. */
  ended(): Promise<void>;
  /** Resolves when no call is on the road: all finished, or all were cancelled after `graceMs`. */
  drain(graceMs: number): Promise<{ cancelled: number }>;
}

export function createInFlight(): InFlight {
  const controller = new AbortController();
  const running = new Set<Promise<unknown>>();
  let draining = false;
  const settled = async (): Promise<void> => {
    while (running.size > 0) await Promise.allSettled(running);
  };
  return {
    expired: controller.signal,
    async run(work) {
      if (draining) throw new BailiwickError('SHUTTING_DOWN', 'the server is stopping; call again later');
      const call = work();
      running.add(call);
      try {
        return await call;
      } finally {
        running.delete(call);
      }
    },
    async ended() {
      await Promise.allSettled(running);
    },
    async drain(graceMs) {
      draining = true;
      const { promise: overdue, resolve } = Promise.withResolvers<'overdue'>();
      const timer = setTimeout(resolve, graceMs, 'overdue');
      const first = await Promise.race([settled(), overdue]);
      clearTimeout(timer);
      const cancelled = first === 'overdue' ? running.size : 0;
      if (cancelled > 0) controller.abort(new BailiwickError('CANCELLED', 'cancelled: the server stopped'));
      await settled();
      return { cancelled };
    },
  };
}
