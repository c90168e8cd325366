import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/catalog/json.ts';
import type { Stores } from '../contract.ts';
import { ODD_NAMES } from './support.ts';

const PATIENCE = { timeout: 10_000, interval: 5 };

export function describeMessages(stores: Stores): void {
  describe('messages', () => {
    test('every subscriber of every store hears each message of its topic once, in the order of its publisher', async () => {
      const heard = new Map<string, Json[]>();
      const listen = (name: string) => {
        heard.set(name, []);
        return (message: Json): void => void heard.get(name)?.push(message);
      };
      await stores.first.subscribe('keys', listen('first'));
      await stores.first.subscribe('keys', listen('first again'));
      await stores.second.subscribe('keys', listen('second'));
      await stores.second.subscribe('other', listen('other'));
      const messages = Array.from({ length: 30 }, (_, index) => ({ revoked: `key-${index}` }));
      for (const message of messages) await stores.first.publish('keys', message);
      await stores.first.publish('other', 'last');
      await expect
        .poll(() => [...heard.values()].map((each) => each.length), PATIENCE)
        .toEqual([30, 30, 30, 1]);
      for (const name of ['first', 'first again', 'second']) expect(heard.get(name)).toEqual(messages);
      expect(heard.get('other')).toEqual(['last']);
    });

    test('what was published before is not heard, nor anything after the end', async () => {
      await stores.first.publish('keys', 'before');
      const stopped: Json[] = [];
      const kept: Json[] = [];
      const stop = await stores.second.subscribe('keys', (message) => void stopped.push(message));
      await stores.second.subscribe('keys', (message) => void kept.push(message));
      await stores.first.publish('keys', 'during');
      await expect.poll(() => [stopped, kept], PATIENCE).toEqual([['during'], ['during']]);
      await stop();
      await stop();
      await stores.first.publish('keys', 'after');
      await expect.poll(() => kept, PATIENCE).toEqual(['during', 'after']);
      expect(stopped).toEqual(['during']);
    });

    test('a listener that throws, or that changes the message, keeps nothing from the others', async () => {
      const heard: Json[] = [];
      await stores.first.subscribe('keys', () => {
        throw new Error('a listener of this test fails');
      });
      await stores.first.subscribe('keys', (message) => {
        (message as { value: number }).value = 99;
      });
      await stores.first.subscribe('keys', (message) => void heard.push(message));
      await stores.first.publish('keys', { value: 1 });
      await stores.first.publish('keys', { value: 2 });
      await expect.poll(() => heard, PATIENCE).toEqual([{ value: 1 }, { value: 2 }]);
    });

    test('topics may be made of any characters, and none is a pattern', async () => {
      const heard: string[] = [];
      for (const topic of ODD_NAMES) await stores.second.subscribe(topic, () => void heard.push(topic));
      for (const topic of ODD_NAMES) await stores.first.publish(topic, null);
      await expect.poll(() => heard.length, PATIENCE).toBeGreaterThanOrEqual(ODD_NAMES.length);
      expect(heard.toSorted()).toEqual([...ODD_NAMES].toSorted());
    });
  });
}
