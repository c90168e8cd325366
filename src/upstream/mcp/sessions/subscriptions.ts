import type { JsonObject } from '../../../catalog/json.ts';
import { BailiwickError } from '../../../errors.ts';
import type { Connection } from '../connection.ts';

/** Tells an upstream on one connection what is subscribed to. */
export interface Subscriber {
  /** Adds URIs. Resolves when the upstream has agreed to all. */
  add(uris: readonly string[]): Promise<void>;
  remove(uri: string): Promise<void>;
  /** Ends without a word to the upstream. */
  close(): void;
}

export interface SubscriptionsOptions {
  readonly source: string;
  readonly createSubscriber: (connection: Connection, onGap: () => void) => Subscriber;
  /** A resource cannot be subscribed to any more, after the connection was opened anew. */
  readonly onRefused: (uri: string, error: unknown) => void;
}

/** The resources that callers of one session want to hear of: counted per URI, told the upstream once. */
export interface Subscriptions {
  readonly size: number;
  /** @returns how to stop it. It is told the upstream after the last one has stopped. */
  add(
    connection: Connection,
    uri: string,
    onUpdated: (params: JsonObject) => void,
  ): Promise<() => Promise<void>>;
  /** `notifications/resources/updated` arrived. */
  updated(params: JsonObject): void;
  /** A connection stands: everything is subscribed to anew, and told as updated, since a change may have been missed. */
  restore(connection: Connection): Promise<void>;
  close(): void;
}

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const wanted = new Map<string, Set<(params: JsonObject) => void>>();
  let current: { connection: Connection; subscriber: Subscriber } | undefined;
  // One after the other: an upstream that hears "subscribe" and "unsubscribe" at once may take them in any order.
  let turn: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  };
  const tell = (uri: string, params: JsonObject): void => {
    for (const listener of wanted.get(uri) ?? []) listener(params);
  };
  const tellAll = (): void => {
    for (const uri of wanted.keys()) tell(uri, { uri });
  };
  const subscriberOn = (connection: Connection): Subscriber => {
    if (current?.connection === connection) return current.subscriber;
    current?.subscriber.close();
    current = { connection, subscriber: options.createSubscriber(connection, tellAll) };
    return current.subscriber;
  };

  return {
    get size() {
      return wanted.size;
    },
    add: (connection, uri, onUpdated) => {
      if (!connection.capabilities.resources?.subscribe) {
        const message = `source ${options.source} takes no subscriptions to its resources`;
        return Promise.reject(new BailiwickError('INVALID_PARAMS', message));
      }
      // A function of its own for each, so that one who subscribes twice is told twice.
      const listener = (params: JsonObject): void => onUpdated(params);
      const stop = async (): Promise<void> => {
        const listeners = wanted.get(uri);
        if (!listeners?.delete(listener) || listeners.size > 0) return;
        wanted.delete(uri);
        await inTurn(async () => {
          if (!wanted.has(uri)) await current?.subscriber.remove(uri);
        });
      };
      return inTurn(async () => {
        const listeners = wanted.get(uri) ?? new Set();
        if (listeners.size === 0) await subscriberOn(connection).add([uri]);
        wanted.set(uri, listeners.add(listener));
        return stop;
      });
    },
    updated(params) {
      const { uri } = params;
      if (typeof uri === 'string') tell(uri, params);
    },
    restore: (connection) =>
      inTurn(async () => {
        if (wanted.size === 0 || current?.connection === connection) return;
        const subscriber = subscriberOn(connection);
        const uris = [...wanted.keys()];
        await subscriber.add(uris).catch(async () => {
          // One that is gone costs only itself.
          for (const uri of uris)
            await subscriber.add([uri]).catch((error: unknown) => options.onRefused(uri, error));
        });
        tellAll();
      }),
    close() {
      current?.subscriber.close();
      wanted.clear();
    },
  };
}
