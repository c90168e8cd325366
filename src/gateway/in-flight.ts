import { BailiwickError } from '../errors.ts';

/** Calls that are on the road. A stop takes no new ones, waits for these, and cancels what outlasts the limit. */
export interface InFlight {
  /** Fires when the time to finish is over: every call on the road is cancelled. */
  readonly expired: AbortSignal;
  /** False once {@link drain} was called: no call may set out. */
  isOpen(): boolean;
  run<T>(work: () => Promise<T>): Promise<T>;
  /**
   * A signal that fires with `signal`, or when the time to finish is over. What `AbortSignal.any` gives is several times as costly,
   * and lives as long as the program where one of its sources does.
   */
  follow(signal: AbortSignal): { readonly signal: AbortSignal; release(): void };
  /** Resolves when the calls that are on the road now have ended; later ones are not waited for. */
  ended(): Promise<void>;
  /** Resolves when no call is on the road: all finished, or all were cancelled after `graceMs`. */
  drain(graceMs: number): Promise<{ cancelled: number }>;
}

/** How long cancelled calls may take to end. */
const LAST_WAIT_MS = 2_000;

export function createInFlight(): InFlight {
  const controller = new AbortController();
  const running = new Set<Promise<unknown>>();
  const followers = new Set<AbortController>();
  const giveUp = Promise.withResolvers<void>();
  let draining = false;
  const settled = async (): Promise<void> => {
    while (running.size > 0) await Promise.allSettled(running);
  };
  return {
    expired: controller.signal,
    isOpen: () => !draining,
    async run(work) {
      const call = work();
      running.add(call);
      try {
        return await call;
      } finally {
        running.delete(call);
      }
    },
    follow(signal) {
      const follower = new AbortController();
      const onAbort = (): void => follower.abort(signal.reason);
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
      if (controller.signal.aborted) follower.abort(controller.signal.reason);
      followers.add(follower);
      return {
        signal: follower.signal,
        release() {
          followers.delete(follower);
          signal.removeEventListener('abort', onAbort);
        },
      };
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
      if (cancelled > 0) {
        controller.abort(new BailiwickError('CANCELLED', 'cancelled: the server stopped'));
        for (const follower of followers) follower.abort(controller.signal.reason);
      }
      // A call that waits for a disk that hangs does not hear of its cancellation.
      const last = setTimeout(giveUp.resolve, LAST_WAIT_MS);
      await Promise.race([settled(), giveUp.promise]);
      clearTimeout(last);
      return { cancelled };
    },
  };
}
