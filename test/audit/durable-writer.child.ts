import { writeSync } from 'node:fs';
import { openChain } from '../../src/audit/writer.ts';

/**
 * Appends durable entries from eight loops, without end, and prints the name of each entry after it was acknowledged.
 * Arguments: the audit directory, the chain.
 */
const [dir = '', chain = ''] = process.argv.slice(2);
const logger = { debug() {}, info() {}, warn() {}, error: console.error };
const writer = await openChain({ dir, chain, now: Date.now, logger, segmentBytes: 50_000 });

async function appendForever(name: string): Promise<never> {
  for (let index = 0; ; index += 1) {
    const call = `${name}-${index}`;
    await writer.append({ type: 'call.intent', call }, { durable: true });
    writeSync(1, `${call}\n`);
  }
}

await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(appendForever));
