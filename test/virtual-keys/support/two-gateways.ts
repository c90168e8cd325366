import { expect, vi } from 'vitest';
import type { MadeKey } from '../../../src/identity/keys/key-desk.ts';
import type { Home } from './homes.ts';
import { createTime, openDesk, openKeys, settingsOf, watchStore } from './world.ts';

/** Two gateways and a desk where keys are made, over one home. What `here` asks of the store can be watched, and kept from it. */
export async function openTwo(kind: Home) {
  const home = await kind.open();
  const time = createTime();
  const store = await home.connect();
  const watched = watchStore(await home.connect());
  const here = openKeys(watched.store, time);
  const there = openKeys(await home.connect(), time);
  for (const keys of [here, there]) keys.use(settingsOf({ agent: { scopes: ['a', 'b'], groups: ['g'] } }));
  return {
    home,
    time,
    store,
    watched,
    here,
    there,
    desk: openDesk(store, time),
    /** Resolves when a key is this at both gateways: all is told. */
    untilBoth: (made: MadeKey, outcome: string): Promise<void> =>
      vi.waitFor(async () => {
        home.deliver();
        expect([await here.outcome(made.key), await there.outcome(made.key)]).toEqual([outcome, outcome]);
      }),
    async [Symbol.asyncDispose]() {
      await Promise.all([here.close(), there.close()]);
      await home.close();
    },
  };
}
