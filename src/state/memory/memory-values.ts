import { createSweep } from './sweep.ts';

interface Value {
  readonly text: string;
  readonly version: number;
  /** Infinity: never. */
  readonly expiresAt: number;
}

/** Keys and values, as JSON text: what was stored cannot be changed through what was read. */
export interface MemoryValues {
  get(key: string, now: number): Value | undefined;
  set(key: string, value: Value): void;
  remove(key: string): void;
  keys(now: number): IteratorObject<string>;
  /** Removes some of what has expired. */
  sweep(now: number): void;
  size(): number;
  /** Code units of all values. */
  length(): number;
}

export function createMemoryValues(): MemoryValues {
  const values = new Map<string, Value>();
  let length = 0;
  const remove = (key: string): void => {
    length -= values.get(key)?.text.length ?? 0;
    values.delete(key);
  };
  const sweep = createSweep(values, ({ text, expiresAt }, _key, now) => {
    const isGone = expiresAt <= now;
    if (isGone) length -= text.length;
    return isGone;
  });
  return {
    get(key, now) {
      const value = values.get(key);
      return value && value.expiresAt > now ? value : undefined;
    },
    set(key, value) {
      remove(key);
      values.set(key, value);
      length += value.text.length;
    },
    remove,
    keys: (now) =>
      values
        .entries()
        .filter(([, { expiresAt }]) => expiresAt > now)
        .map(([key]) => key),
    sweep: (now) => sweep(now),
    size: () => values.size,
    length: () => length,
  };
}
