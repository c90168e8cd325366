import { startFaultProxy, REFUSALS, type Fault, type FaultProxy } from '../../mcp-faults/fault-proxy.ts';
import { startServer } from '../../mcp-faults/server.ts';
import { connect, type AnyClient } from '../../support/clients.ts';
import { startGateway } from '../../support/gateway-process.ts';
import { formatMarkdownTable } from '../markdown-table.ts';
import { pairRounds, percentile, summarize, type Summary } from '../statistics.ts';

/** Calls of one source while another is in some state, all rounds together. Milliseconds. */
interface IsolationLine {
  readonly state: string;
  readonly p50: Summary;
  readonly p99: Summary;
  /** This state's p99 against that of the same round with both sources well. */
  readonly ratio: Summary;
}

interface Sample {
  readonly p50: number;
  readonly p99: number;
}

/** Callers of the healthy source, in a closed loop, and calls that hang in the other one at any time. */
const CALLERS = 4;
const HANGING = 16;

const STATES: readonly (readonly [state: string, fault: Fault | undefined])[] = [
  ['well', undefined],
  ['accepts and never answers', REFUSALS.silence],
  ['begins an answer and stops', REFUSALS['headers and then silence']],
  ['closes every connection', REFUSALS['a closed connection']],
];

/**
 * Does a source that is dead or slow slow down another? Calls of a healthy source are timed while 16 callers keep calling another
 * one, which is in turn well, silent, or broken. What they do costs the gateway something where the other source answers, too.
 */
export async function runIsolationBench(
  rounds: number,
  durationMs: number,
  onProgress: (line: string) => void,
): Promise<IsolationLine[]> {
  await using good = await startServer('modern');
  await using other = await startServer('modern');
  await using proxy = await startFaultProxy(other);
  const gateway = await startGateway({
    sources: { good: { mcp: { url: good.url } }, other: { mcp: { url: proxy.url }, timeout: 2_000 } },
    identity: { local: { scopes: [] } },
    policy: { policy: 'bench', rules: [{ id: 'all', effect: 'permit', what: { tool: '*' } }] },
  });
  const samples = new Map<string, Sample[]>();
  try {
    await using client = await connect('v2 modern', `${gateway.url}/mcp`);
    await measure(client, proxy, undefined, durationMs);
    for (let round = 1; round <= rounds; round++) {
      for (const [state, fault] of STATES) {
        onProgress(`isolation: round ${round} of ${rounds}, the other source ${state}`);
        const sample = await measure(client, proxy, fault, durationMs);
        samples.set(state, [...(samples.get(state) ?? []), sample]);
      }
    }
  } finally {
    await gateway.stop();
  }
  const base = (samples.get('well') ?? []).map(({ p99 }) => p99);
  return [...samples].map(([state, taken]) => {
    const p99 = taken.map((sample) => sample.p99);
    return {
      state,
      p50: summarize(taken.map((sample) => sample.p50)),
      p99: summarize(p99),
      ratio: summarize(pairRounds(p99, base, (value, well) => value / well)),
    };
  });
}

async function measure(
  client: AnyClient,
  proxy: FaultProxy,
  fault: Fault | undefined,
  durationMs: number,
): Promise<Sample> {
  proxy.use(fault);
  const ended = new AbortController();
  const others = Array.from({ length: HANGING }, () => keepCalling(client, 'other_work', ended.signal, []));
  const until = performance.now() + durationMs;
  const times: number[] = [];
  const timed = AbortSignal.timeout(durationMs);
  await Promise.all(
    Array.from({ length: CALLERS }, () => keepCalling(client, 'good_work', timed, times, until)),
  );
  ended.abort();
  await Promise.all(others);
  proxy.use(undefined);
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
}

/** Between two calls of the other source its caller waits a little, so that one that fails fast is not called more than one that is well. */
const PAUSE_MS = 50;

async function keepCalling(
  client: AnyClient,
  name: string,
  signal: AbortSignal,
  times: number[],
  until = Infinity,
): Promise<void> {
  const isTimed = until !== Infinity;
  while (!signal.aborted && performance.now() < until) {
    const started = performance.now();
    const options = isTimed ? {} : { signal };
    const result = await client.callTool({ name, arguments: {} }, options).catch(() => undefined);
    if (isTimed && result?.isError === true) throw new Error('a call of the healthy source failed');
    times.push(performance.now() - started);
    if (!isTimed) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

export function formatIsolationTable(lines: readonly IsolationLine[]): string {
  const rows = lines.map(({ state, p50, p99, ratio }) => [
    state,
    p50.median.toFixed(2),
    p99.median.toFixed(2),
    `${ratio.median.toFixed(2)} (${ratio.lowest.toFixed(2)}–${ratio.highest.toFixed(2)})`,
  ]);
  return formatMarkdownTable(['the other source', 'p50 ms', 'p99 ms', 'p99 against "well"'], rows);
}
