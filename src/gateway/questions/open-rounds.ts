import type { Sealer } from '../../state/sealed.ts';
import type { Store } from '../../state/store.ts';
import { scheduleTimer, type Schedule } from '../ledger/schedule.ts';
import type { Road } from '../road.ts';
import { createHeldCalls } from './held-calls.ts';
import { createPeers } from './peers.ts';
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
  /** Where the gateways of the deployment tell each other of calls that are held. */
  readonly store: Pick<Store, 'publish' | 'subscribe'>;
  readonly schedule?: Schedule;
  readonly limits?: RoundLimits;
}): Rounds {
  const { road, sealer, store, schedule = scheduleTimer, limits = LIMITS } = options;
  const { now, newId, logger } = road;
  const process = newId();
  const held = createHeldCalls({ newId, now, schedule, ...limits });
  const carryOut = held.resume;
  const peers = createPeers({ store, sealer, process, newId, schedule, logger, carryOut });
  return createRounds({
    road,
    states: createRequestStates(sealer, now),
    held,
    peers,
    process,
    timeToLiveMs: limits.timeToLiveMs,
  });
}
