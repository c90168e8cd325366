import type { LostReservation, Store } from '../../state/store.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { isUnavailable, type Availability } from './availability.ts';
import { repeat, type Schedule } from './schedule.ts';

/** How long a reservation lasts whose process says nothing more. */
export const LEASE_MS = 60_000;
const RENEW_MS = 20_000;
/** Leases that were not renewed for so long are renewed before anything else is asked of the store: the clock jumped, or the process slept. */
const LATE_MS = 2 * RENEW_MS;
const IDS_AT_ONCE = 1_000;

/** Keeps the reservations of this process from counting as lost, and ends those of processes that are gone. */
export interface Leases {
  add(id: string): void;
  delete(id: string): void;
  /** Renews at once where the clock says that it is late. */
  catchUp(): Promise<void>;
  stop(): void;
}

interface LeaseOptions {
  readonly store: Store;
  readonly availability: Availability;
  readonly logger: Logger;
  readonly now: () => number;
  readonly schedule: Schedule;
  readonly onLost: (lost: readonly LostReservation[]) => void;
}

export function keepLeases(options: LeaseOptions): Leases {
  const { store, availability, logger, now, schedule } = options;
  const ids = new Set<string>();
  let renewedAt = now();

  const renew = async (): Promise<void> => {
    const time = now();
    const all = [...ids];
    for (let start = 0; start < all.length; start += IDS_AT_ONCE) {
      const some = all.slice(start, start + IDS_AT_ONCE);
      const ended = await availability.watch(store.renew(some, time + LEASE_MS, time));
      const lost = ended.filter((id) => ids.delete(id));
      if (lost.length > 0) {
        logger.warn(
          { calls: lost },
          `${lost.length} calls under way count as lost: their reservations could not be renewed in time. They are corrected when the calls end`,
        );
      }
    }
    renewedAt = time;
  };

  const tend = async (): Promise<void> => {
    try {
      await renew();
      const lost = await availability.watch(store.reap(now()));
      if (lost.length > 0) options.onLost(lost);
    } catch (error) {
      if (!isUnavailable(error)) logger.error({ err: error }, 'reservations could not be renewed');
    }
  };

  const stop = repeat(schedule, tend, RENEW_MS);
  return {
    add(id) {
      if (ids.size === 0) renewedAt = now();
      ids.add(id);
    },
    delete: (id) => void ids.delete(id),
    async catchUp() {
      if (ids.size > 0 && now() - renewedAt > LATE_MS) await renew();
    },
    stop,
  };
}
