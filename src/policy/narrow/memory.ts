/** Values by key, of which the ones that were used least lately are forgotten. */
export interface Memory<T> {
  of(key: string, compute: () => T): T;
}

/** @param size how many values are kept */
export function createMemory<T>(size: number): Memory<T> {
  const values = new Map<string, T>();
  return {
    of(key, compute) {
      const value = values.get(key) ?? compute();
      values.delete(key);
      values.set(key, value);
      if (values.size > size) values.delete(values.keys().next().value as string);
      return value;
    },
  };
}
