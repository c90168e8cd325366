/** Finds by key; of several with one key, the first. The index is made on first use. */
export function indexed<Entry>(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string,
): (key: string) => Entry | undefined {
  let index: Map<string, Entry> | undefined;
  return (key) => {
    if (index === undefined) {
      index = new Map();
      for (const entry of entries) {
        const own = keyOf(entry);
        if (!index.has(own)) index.set(own, entry);
      }
    }
    return index.get(key);
  };
}
