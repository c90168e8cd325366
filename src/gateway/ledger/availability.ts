import { BailiwickError } from '../../errors.ts';
import type { Store } from '../../state/store.ts';
import type { Logger } from '../../telemetry/logger.ts';

/** Whether the store is there, as far as its answers and itself tell. */
export interface Availability {
  /** Whether asking the store has a point. */
  isWorthAsking(): boolean;
  /** Says what became of asking. Rejections that say something else than that the store is away are no sign of either. */
  watch<T>(work: Promise<T>): Promise<T>;
  stop(): void;
}

/** A store that comes and goes is told of once in so long. */
const QUIET_MS = 10_000;

/** Tells `onBack`, and the log, of each change once. */
export function watchAvailability(
  store: Store,
  logger: Logger,
  options: { readonly localShare: number; readonly now: () => number; readonly onBack: () => void },
): Availability {
  let isAway = false;
  let isTold = false;
  let toldAt = -Infinity;
  const away = (error?: unknown): void => {
    if (isAway) return;
    isAway = true;
    isTold = Math.abs(options.now() - toldAt) >= QUIET_MS;
    if (!isTold) return;
    toldAt = options.now();
    const reason = reasonOf(error);
    logger.error(
      reason === undefined ? {} : { reason },
      `the store of limits and budgets cannot be reached: calls under a hard limit are refused, soft limits are counted here against ${Math.round(options.localShare * 1000) / 10} % of each`,
    );
  };
  const back = (): void => {
    if (!isAway) return;
    isAway = false;
    if (isTold)
      logger.info({}, 'the store of limits and budgets is back; what was counted here is added to it');
    options.onBack();
  };
  if (!store.isAvailable()) away();
  const stop = store.onAvailability((available) => (available ? back() : away()));
  return {
    isWorthAsking: () => store.isAvailable(),
    async watch(work) {
      try {
        const answer = await work;
        back();
        return answer;
      } catch (error) {
        if (isUnavailable(error)) away(error);
        throw error;
      }
    },
    stop,
  };
}

/** Why, for the operator: what a store keeps from callers stands in the cause. Where in the program it failed tells nobody anything. */
function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** True where a step may or may not have been taken, because the store did not answer. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof BailiwickError && error.code === 'STATE_UNAVAILABLE';
}
