import { openChain } from '../../src/audit/writer.ts';

/**
 * Writes calls, each with its outcome, to a chain of small files.
 * Arguments: the audit directory, the chain, how many calls; of none, one is begun and does not end.
 */
const [dir = '', chain = '', count = '0'] = process.argv.slice(2);
const logger = { debug() {}, info() {}, warn() {}, error: console.error };
const writer = await openChain({ dir, chain, now: Date.now, logger, segmentBytes: 10_000 });
for (let index = 0; index < Number(count); index += 1) {
  const call = `${chain}-${index}`;
  await writer.append({ type: 'call.intent', call }, { durable: true });
  await writer.append({ type: 'call.outcome', call, result: { status: 'ok' } }, { durable: false });
}
if (count === '0') {
  await writer.append({ type: 'call.intent', call: `${chain}-0` }, { durable: true });
  console.log('begun');
  setInterval(() => {}, 60_000);
} else await writer.close();
