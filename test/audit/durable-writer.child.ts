import { generateKeyPairSync } from 'node:crypto';
import { writeSync } from 'node:fs';
import { parseSigningKey } from '../../src/audit/signing-key.ts';
import { openChain } from '../../src/audit/writer.ts';

/**
 * Appends durable entries from eight loops, without end, and prints the name of each entry after it was acknowledged.
 * Arguments: the audit directory, the chain.
 */
const [dir = '', chain = ''] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync('ed25519');
const key = parseSigningKey(privateKey.export({ format: 'pem', type: 'pkcs8' }) as string);
const logger = { debug() {}, info() {}, warn() {}, error: console.error };
const writer = await openChain({
  dir,
  chain,
  now: Date.now,
  logger,
  segmentBytes: 50_000,
  signing: { key, everyRecords: 50 },
});

async function appendForever(name: string): Promise<never> {
  for (let index = 0; ; index += 1) {
    const call = `${name}-${index}`;
    await writer.append({ type: 'call.intent', call }, { durable: true });
    writeSync(1, `${call}\n`);
  }
}

await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(appendForever));
