import type { Facade } from './facade.ts';
import type { Rounds } from './questions/rounds.ts';
import type { Road } from './road.ts';
import type { Snapshot } from './snapshot.ts';

/** The product as the faces see it: what is served now, and the road every call takes. */
export interface Gateway {
  readonly road: Road;
  /** What calls set out through that may ask their client. */
  readonly rounds: Rounds;
  /** The built-in tools that find others. */
  readonly facade: Facade;
  /** The snapshot that new calls start with. */
  current(): Snapshot;
  /** Calls the listener after each swap of the snapshot; returns how to stop that. */
  onSwap(listener: () => void): () => void;
}

/** A gateway whose snapshot can be swapped. Swapping is atomic: a call sees the old snapshot or the new one, never both. */
export interface SwappableGateway extends Gateway {
  swap(next: Snapshot): void;
}

export function createGateway(
  parts: Pick<Gateway, 'road' | 'rounds' | 'facade'>,
  first: Snapshot,
): SwappableGateway {
  const listeners = new Set<() => void>();
  let snapshot = first;
  return {
    ...parts,
    current: () => snapshot,
    onSwap(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    swap(next) {
      snapshot = next;
      for (const listener of listeners) listener();
    },
  };
}
