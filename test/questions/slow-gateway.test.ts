import { expect, test } from 'vitest';
import type { Json } from '../../src/catalog/json.ts';
import { createHeldCalls } from '../../src/gateway/questions/held-calls.ts';
import { createPeers } from '../../src/gateway/questions/peers.ts';
import { createSealer } from '../../src/state/sealed.ts';
import { createClock, createLog } from '../ledger/support.ts';
import { askedBy } from './raw-modern.ts';
import { FORM } from './support.ts';

const NEVER = new AbortController().signal;
const clientCapabilities = { elicitation: {} };

/** A store whose messages to `holder` wait until `deliver`. */
function createSlowStore() {
  const listeners = new Map<string, (message: Json) => void>();
  const late: (() => void)[] = [];
  return {
    waiting: () => late.length,
    deliver: () => {
      for (const message of late.splice(0)) message();
    },
    store: {
      async publish(topic: string, message: Json) {
        const hand = (): void => listeners.get(topic)?.(message);
        if (topic.endsWith('/holder')) late.push(hand);
        else hand();
      },
      async subscribe(topic: string, listener: (message: Json) => void) {
        listeners.set(topic, listener);
        return async () => void listeners.delete(topic);
      },
    },
  };
}

test('what a client was told is over is not done after all by a gateway that was only slow', async () => {
  const clock = createClock();
  const { store, deliver, waiting } = createSlowStore();
  const { logger } = createLog();
  let ids = 0;
  const newId = (): string => `id-${(ids += 1)}`;
  const limits = { timeToLiveMs: 600_000, most: 10, mostOfOne: 10 };
  const held = createHeldCalls({ newId, now: clock.now, schedule: clock.schedule, ...limits });
  const sealer = createSealer(['what both gateways of the deployment seal with']);
  const [holder, other] = ['holder', 'other'].map((process) =>
    createPeers({ store, sealer, process, newId, schedule: clock.schedule, logger, carryOut: held.resume }),
  );
  await holder?.listen();

  const done: unknown[] = [];
  const call = held.create('ann', (id) => id);
  const first = await call.start({ signal: NEVER, clientCapabilities }, async ({ ask, signal }) => {
    done.push(await ask(FORM, signal));
    return {};
  });
  const { keys, requestState } = askedBy({ result: first });
  const inputResponses = { [keys[0] ?? '']: { action: 'accept', content: {} } };
  const refused = other
    ?.resume('holder', requestState, { signal: NEVER, clientCapabilities, inputResponses })
    .catch((error: unknown) => error);
  await expect.poll(waiting).toBe(1);
  await clock.pass(20_000);
  expect(await refused).toMatchObject({ code: 'INVALID_PARAMS' });

  deliver();
  await clock.pass(1_000);
  expect(done).toEqual([]);
  await expect(held.resume(requestState, { signal: NEVER })).rejects.toMatchObject({
    code: 'INVALID_PARAMS',
  });
});
