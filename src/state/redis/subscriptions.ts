import type { Redis } from 'ioredis';
import type { Json } from '../../catalog/json.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { createSubscriber, toDelay, type Client } from './client.ts';
import type { Topology } from './topology.ts';
import { withDeadline } from './with-deadline.ts';

/**
 * Hearing what is published, on a connection of its own that is made with the first subscription and made anew whenever it
 * breaks. Plain publish and subscribe, in a cluster too: its nodes pass messages on to each other, so it does not matter
 * which node is heard, and a move of the slot breaks nothing.
 */
export interface Subscriptions {
  /**
   * Resolves once it is heard. Where Redis is away that is not waited for longer than the time of a command: the
   * subscription is kept, and `onGap` called when it is heard at last.
   */
  subscribe(
    channel: string,
    listener: (message: Json) => void,
    onGap: (() => void) | undefined,
  ): Promise<() => Promise<void>>;
  close(): void;
}

interface Subscription {
  readonly channel: string;
  readonly listener: (message: Json) => void;
  readonly onGap: (() => void) | undefined;
  /** Messages may have been missed, and `onGap` was not called yet. */
  hasGap: boolean;
}

export interface SubscriptionsOptions {
  readonly topology: Topology;
  readonly timeoutMs: number;
  readonly client: Client;
  readonly logger: Logger;
}

const HEARTBEAT_MS = 5_000;

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { topology, timeoutMs, client, logger } = options;
  const subscriptions = new Set<Subscription>();
  let current: Redis | undefined;
  let connecting: Promise<void> | undefined;
  let reconnecting: NodeJS.Timeout | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let failures = 0;
  let isClosed = false;

  const channels = (): string[] => [...new Set([...subscriptions].map(({ channel }) => channel))];

  return {
    async subscribe(channel, listener, onGap) {
      const subscription: Subscription = { channel, listener, onGap, hasGap: reconnecting !== undefined };
      subscriptions.add(subscription);
      if (current === undefined && reconnecting === undefined) connecting = connect();
      await connecting;
      if (current?.status === 'ready') await hear(current, [channel]);
      return async () => {
        subscriptions.delete(subscription);
        if (channels().includes(channel) || current?.status !== 'ready') return;
        await withDeadline(current.unsubscribe(channel), timeoutMs).catch(() => undefined);
      };
    },
    close() {
      isClosed = true;
      subscriptions.clear();
      clearTimeout(reconnecting);
      clearTimeout(heartbeat);
      current?.disconnect();
    },
  };

  async function connect(): Promise<void> {
    const connection = createSubscriber(topology, timeoutMs, client);
    current = connection;
    connection.on('error', () => undefined);
    connection.on('message', onMessage);
    connection.once('end', () => onEnd(connection));
    try {
      await withDeadline(connection.connect(), Math.max(timeoutMs, 1_000));
    } catch {
      drop(connection);
      return;
    }
    await hear(connection, channels());
  }

  async function hear(connection: Redis, wanted: readonly string[]): Promise<void> {
    try {
      if (wanted.length > 0) await withDeadline(connection.subscribe(...wanted), timeoutMs);
    } catch {
      drop(connection);
      return;
    }
    failures = 0;
    beat(connection);
    for (const subscription of subscriptions) {
      if (!subscription.hasGap || !wanted.includes(subscription.channel)) continue;
      subscription.hasGap = false;
      call(subscription.onGap);
    }
  }

  function drop(connection: Redis): void {
    connection.disconnect();
    onEnd(connection);
  }

  function onEnd(connection: Redis): void {
    if (connection !== current || isClosed) return;
    current = undefined;
    clearTimeout(heartbeat);
    for (const subscription of subscriptions) subscription.hasGap = true;
    failures += 1;
    reconnecting = setTimeout(() => {
      reconnecting = undefined;
      connecting = connect();
    }, toDelay(failures));
    reconnecting.unref();
  }

  /** Nothing tells a silent connection from a dead one but a question. */
  function beat(connection: Redis): void {
    clearTimeout(heartbeat);
    heartbeat = setTimeout(() => {
      withDeadline(connection.ping(), timeoutMs).then(
        () => beat(connection),
        () => drop(connection),
      );
    }, HEARTBEAT_MS);
    heartbeat.unref();
  }

  function onMessage(channel: string, text: string): void {
    for (const { channel: wanted, listener } of subscriptions)
      if (wanted === channel) call(() => listener(JSON.parse(text) as Json));
  }

  function call(callback: (() => void) | undefined): void {
    try {
      callback?.();
    } catch (error) {
      logger.error({ err: error }, 'a listener of the store failed');
    }
  }
}
