import { openMemory } from '../../src/state/memory/open-memory.ts';
import { describeStore } from './contract.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

describeStore('state in memory', async () => {
  const store = openMemory({ logger: SILENT });
  return { first: store, second: store, close: () => store.close() };
});
