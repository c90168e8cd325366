/** Whether Redis can be reached, as far as is known. */
export interface Availability {
  readonly isAvailable: boolean;
  /** Why not. */
  readonly reason: string;
  /** A step succeeded, or a probe. */
  found(): void;
  /** The connection broke; it may be back in a moment. Unavailable when it is not back within the grace. */
  lost(reason: string): void;
  /** A step or a probe failed for good. */
  failed(reason: string): void;
  onChange(listener: (available: boolean) => void): () => void;
  close(): void;
}

export function createAvailability(graceMs: number): Availability {
  const listeners = new Set<(available: boolean) => void>();
  let isAvailable = false;
  let reason = 'it has not been reached yet';
  let grace: NodeJS.Timeout | undefined;

  const change = (available: boolean): void => {
    clearTimeout(grace);
    grace = undefined;
    if (available === isAvailable) return;
    isAvailable = available;
    for (const listener of listeners) listener(available);
  };

  return {
    get isAvailable() {
      return isAvailable;
    },
    get reason() {
      return reason;
    },
    found: () => change(true),
    lost(why) {
      reason = why;
      if (!isAvailable || grace !== undefined) return;
      grace = setTimeout(() => change(false), graceMs);
      grace.unref();
    },
    failed(why) {
      reason = why;
      change(false);
    },
    onChange(listener) {
      const entry = (available: boolean): void => listener(available);
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
    close() {
      reason = 'the store is closed';
      change(false);
      listeners.clear();
    },
  };
}
