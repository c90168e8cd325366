/*
 * node --expose-gc memory.child.ts DIRECTORY true|false [SET …]: prints the megabytes that an index of all tools holds over the tools themselves.
 *
 * Counted is what is alive after collections, on V8's heap and in buffers beside it, with index and documents less without: the
 * documents that the index keeps are in it, the tools' own text is not, nor is a caller's sight.
 */
import { readSets } from './read-sets.ts';
import { shippedPacks, toIndex, toSources } from './searchable.ts';
import { uniteSets } from './union.ts';

const { gc } = globalThis as { gc?: () => void };
const [directory = '.', withPacks, ...names] = process.argv.slice(2);
const { sets } = await readSets(directory);
const tools = uniteSets(sets.filter(({ name }) => names.length === 0 || names.includes(name)));
const packs = withPacks === 'true' ? shippedPacks() : [];
const before = await held();
const index = toIndex(toSources(tools, packs));
const after = await held();
process.stdout.write(`${(after - before) / 1024 / 1024}\n`);
// Alive until here: otherwise there would be nothing to measure.
if (index.size !== tools.length) process.exitCode = 1;

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
