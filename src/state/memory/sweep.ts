/** Entries that are looked at in one step. More than a step can add, so that what expires never piles up. */
const LOOKED_AT = 4;

/** Walks round and round a map, a few entries at each call, and removes those that are gone. */
export function createSweep<Value>(
  map: Map<string, Value>,
  isGone: (value: Value, key: string, now: number) => boolean,
): (now: number, looks?: number) => void {
  let entries = map.entries();
  return (now, looks = LOOKED_AT) => {
    for (let look = 0; look < looks; look += 1) {
      const next = entries.next();
      if (next.done) {
        entries = map.entries();
        return;
      }
      const [key, value] = next.value;
      if (isGone(value, key, now)) map.delete(key);
    }
  };
}
