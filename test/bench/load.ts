/**
 * The load generator: a process of its own, so that what it costs is not charged to a party.
 *
 * Speaks the modern wire (2026-07-28) as raw JSON-RPC: one POST a call, nothing parsed but the answer's status and
 * whether the echoed text is in it. Takes one {@link Job} at a time over the message channel.
 */
import { Pool } from 'undici';
import { z } from 'zod';
import { runClosedLoop, runOpenLoop } from './loops.ts';
import type { LoopResult } from './loops.ts';
import { percentile } from './statistics.ts';

/** How the load comes: `callers` that wait for each answer, or so many calls a second come what may. */
export const LoadShape = z.union([
  z.object({ callers: z.number().int().positive() }),
  z.object({ ratePerSecond: z.number().positive() }),
]);
export type LoadShape = z.infer<typeof LoadShape>;

export const Job = z.object({
  url: z.string(),
  authorization: z.string().optional(),
  tool: z.string(),
  shape: LoadShape,
  durationMs: z.number().positive(),
});
export type Job = z.infer<typeof Job>;

/** What one job measured: latencies in milliseconds. */
export const Measurement = z.object({
  calls: z.number(),
  callsPerSecond: z.number(),
  p50: z.number(),
  p99: z.number(),
});
export type Measurement = z.infer<typeof Measurement>;

/** The answer to a job. */
export const JobAnswer = z.union([z.object({ measurement: Measurement }), z.object({ failure: z.string() })]);

const TEXT = 'the quick brown fox jumps over the lazy dog';
const OPEN_LOOP_CONNECTIONS = 64;
const SPIN_MS = 1.5;

const pools = new Map<string, Pool>();
let lastId = 0;

process.on('message', (message) => {
  run(Job.parse(message)).then(
    (measurement) => process.send?.({ measurement }),
    (error: unknown) => process.send?.({ failure: error instanceof Error ? error.message : String(error) }),
  );
});

function now(): number {
  return performance.now();
}

async function run(job: Job): Promise<Measurement> {
  const { shape, durationMs } = job;
  const call = createCall(job, 'callers' in shape ? shape.callers : OPEN_LOOP_CONNECTIONS);
  const result: LoopResult =
    'callers' in shape
      ? await runClosedLoop({ now, call, durationMs, callers: shape.callers })
      : await runOpenLoop({ now, call, durationMs, ratePerSecond: shape.ratePerSecond, sleepUntil });
  const sorted = Float64Array.from(result.latencies).toSorted();
  return {
    calls: sorted.length,
    callsPerSecond: (sorted.length * 1000) / result.elapsedMs,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
  };
}

/** One `tools/call` with the envelope and the headers that the modern wire demands. */
function createCall({ url, authorization, tool }: Job, connections: number): () => Promise<void> {
  const { origin, pathname } = new URL(url);
  const key = `${origin} ${connections}`;
  const pool = pools.get(key) ?? new Pool(origin, { connections });
  pools.set(key, pool);
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': tool,
    ...(authorization === undefined ? {} : { authorization }),
  };
  const params = JSON.stringify({
    name: tool,
    arguments: { text: TEXT },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  });
  return async () => {
    lastId += 1;
    const body = `{"jsonrpc":"2.0","id":${lastId},"method":"tools/call","params":${params}}`;
    const response = await pool.request({ method: 'POST', path: pathname, headers, body });
    const text = await response.body.text();
    if (response.statusCode !== 200 || !text.includes(TEXT)) {
      throw new Error(`${tool} at ${url} answered ${response.statusCode}: ${text.slice(0, 500)}`);
    }
  };
}

/** Timers are good to about a millisecond; the rest is waited out turn by turn, which lets answers in. */
async function sleepUntil(time: number): Promise<void> {
  const left = time - now();
  if (left > SPIN_MS) {
    await new Promise((resolve) => {
      setTimeout(resolve, left - SPIN_MS);
    });
  }
  while (now() < time) {
    // oxlint-disable-next-line no-await-in-loop -- waiting is the point
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
