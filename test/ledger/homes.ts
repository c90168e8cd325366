import { openMemory } from '../../src/state/memory/open-memory.ts';
import type { Store } from '../../src/state/store.ts';
import { createLog } from './support.ts';

interface Home extends AsyncDisposable {
  readonly store: Store;
}

/** The homes that live in this process, each opened empty. */
export const homes: readonly (readonly [name: string, open: () => Promise<Home>])[] = [
  ['memory', async () => toHome(openMemory({ logger: createLog().logger }))],
];

function toHome(store: Store): Home {
  return { store, [Symbol.asyncDispose]: () => store.close() };
}
