import type { Json } from '../catalog/json.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Who listens to what, in this process. */
export interface Topics {
  subscribe(topic: string, subscriber: Subscriber): () => void;
  /** Hands a message, as JSON text, to everyone who listens to its topic: to each a value of its own. */
  deliver(message: Message): void;
  /** Tells everyone that messages may have been missed. */
  tellGap(): void;
  isEmpty(): boolean;
  /** True while anybody listens to this topic. */
  has(topic: string): boolean;
  clear(): void;
}

export interface Subscriber {
  readonly listener: (message: Json) => void;
  readonly onGap: (() => void) | undefined;
  /** The number of the last message that was published before. */
  readonly after: number;
}

export interface Message {
  /** Messages of a home are numbered in the order in which they were published. */
  readonly number: number;
  readonly topic: string;
  /** JSON. */
  readonly text: string;
}

/** A listener that throws is logged, and keeps nothing from the others. */
export function createTopics(logger: Logger): Topics {
  const topics = new Map<string, Set<Subscriber>>();
  const guard = (topic: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      logger.error({ err: error, topic }, 'a listener of the store failed');
    }
  };
  return {
    subscribe(topic, subscriber) {
      const subscribers = topics.get(topic) ?? new Set();
      topics.set(topic, subscribers.add(subscriber));
      return () => {
        subscribers.delete(subscriber);
        if (subscribers.size === 0 && topics.get(topic) === subscribers) topics.delete(topic);
      };
    },
    deliver({ number, topic, text }) {
      for (const { listener, after } of topics.get(topic) ?? [])
        if (number > after) guard(topic, () => listener(JSON.parse(text) as Json));
    },
    tellGap() {
      for (const [topic, subscribers] of topics)
        for (const { onGap } of subscribers) guard(topic, () => onGap?.());
    },
    isEmpty: () => topics.size === 0,
    has: (topic) => topics.has(topic),
    clear: () => topics.clear(),
  };
}
