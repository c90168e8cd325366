/*
 * node --expose-gc memory.child.ts DIRECTORY true|false [SET …]: prints the megabytes that search holds over the catalog it follows.
 *
 * Counted is what is alive after collections, on V8's heap and in buffers beside it, once the catalog was read, less what was alive
 * before: index, documents and words of packs are in it; the tools themselves and a caller's sight are not.
 */
import { followed } from './cost.ts';
import { readSets } from './read-sets.ts';
import { toCatalog } from './searchable.ts';
import { uniteSets } from './union.ts';

const { gc } = globalThis as { gc?: () => void };
const [directory = '.', withPacks, ...names] = process.argv.slice(2);
const { sets } = await readSets(directory);
const catalog = toCatalog(uniteSets(sets.filter(({ name }) => names.length === 0 || names.includes(name))));
const before = await held();
const search = await followed(catalog, withPacks === 'true');
const after = await held();
process.stdout.write(`${(after - before) / 1024 / 1024}\n`);
// Alive until here: otherwise there would be nothing to measure.
await search.close();

async function held(): Promise<number> {
  for (let turn = 0; turn < 4; turn += 1) {
    gc?.();
    // Some of what a collection frees is let go in the turn after it.
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
