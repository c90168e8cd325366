import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../src/state/store.ts';
import { describeBounds } from './contract/bounds.ts';
import { describeLosses } from './contract/losses.ts';
import { describeMessages } from './contract/messages.ts';
import { describeReservations } from './contract/reservations.ts';
import { describeTallies } from './contract/tallies.ts';
import { describeValues } from './contract/values.ts';
import { describeWindows } from './contract/windows.ts';

/** A home that holds nothing yet, opened twice: as two processes would. In memory both are one. */
export interface OpenHome {
  readonly first: Store;
  readonly second: Store;
  /** Closes both stores, and removes what they left. */
  close(): Promise<void>;
}

/** The stores of the test that runs. */
export interface Stores {
  readonly first: Store;
  readonly second: Store;
}

/** Everything that `src/state/store.ts` promises. Every home passes all of it. */
export function describeStore(name: string, open: () => Promise<OpenHome>): void {
  describe(name, () => {
    let home: OpenHome | undefined;
    beforeEach(async () => {
      home = await open();
    });
    afterEach(async () => {
      await home?.close();
      home = undefined;
    });
    const stores: Stores = {
      get first() {
        return opened().first;
      },
      get second() {
        return opened().second;
      },
    };
    const opened = (): OpenHome => {
      if (!home) throw new TypeError('no home is open');
      return home;
    };
    describeValues(stores);
    describeReservations(stores);
    describeWindows(stores);
    describeLosses(stores);
    describeTallies(stores);
    describeMessages(stores);
    describeBounds(stores);
  });
}
