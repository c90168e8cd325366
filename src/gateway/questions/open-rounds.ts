import type { Sealer } from '../../state/sealed.ts';
import { scheduleTimer, type Schedule } from '../ledger/schedule.ts';
import type { Road } from '../road.ts';
import { createHeldCalls } from './held-calls.ts';
import { createRequestStates } from './request-state.ts';
import { createRounds, type Rounds } from './rounds.ts';

/** How long a client may take for an answer, and how many calls may wait for one: of all clients, and of one principal. */
export interface RoundLimits {
  readonly timeToLiveMs: number;
  readonly most: number;
  readonly mostOfOne: number;
}

const LIMITS: RoundLimits = { timeToLiveMs: 600_000, most: 1_000, mostOfOne: 100 };

/** Rounds with the limits of a server. */
export function openRounds(options: {
  readonly road: Road;
  readonly sealer: Sealer;
  readonly schedule?: Schedule;
  readonly limits?: RoundLimits;
}): Rounds {
  const { road, sealer, schedule = scheduleTimer, limits = LIMITS } = options;
  const { now, newId } = road;
  return createRounds({
    road,
    states: createRequestStates(sealer, now),
    held: createHeldCalls({ newId, now, schedule, ...limits }),
    process: newId(),
    timeToLiveMs: limits.timeToLiveMs,
  });
}
