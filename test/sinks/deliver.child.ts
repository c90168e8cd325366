import { openSinks } from '../../src/audit/sinks/sinks.ts';
import { SinkSettings } from '../../src/audit/sinks/settings.ts';
import { createWakingWriter } from '../../src/audit/waking-writer.ts';
import { openChain } from '../../src/audit/writer.ts';

/**
 * Appends durable entries from four loops, without end, and delivers them to a webhook.
 * Arguments: the audit directory, the chain, the URL, the secret.
 */
const [dir = '', chain = '', url = '', secret = ''] = process.argv.slice(2);
const logger = { debug() {}, info() {}, warn() {}, error: console.error };
const writer = await openChain({ dir, chain, now: Date.now, logger, segmentBytes: 20_000 });
const sinks = openSinks({
  settings: [
    SinkSettings.parse({ name: 'hook', webhook: { url, secret }, batch: { records: 20, delayMs: 1 } }),
  ],
  files: new Map(),
  auditDirectory: dir,
  own: { chain, headSeq: () => writer.head().seq },
  logger,
  now: Date.now,
  // As it always does, fifty times as fast.
  schedule: (callback, milliseconds) => {
    const timer = setTimeout(callback, milliseconds / 50);
    return () => clearTimeout(timer);
  },
});
const waking = createWakingWriter(writer, sinks.wake);

async function appendForever(name: string): Promise<never> {
  for (let index = 0; ; index += 1) {
    await waking.append({ type: 'call.intent', call: `${name}-${index}` }, { durable: true });
  }
}

await Promise.all(['a', 'b', 'c', 'd'].map(appendForever));
