import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { seal, EMPTY_HEAD } from '../../src/audit/chain.ts';
import type { RecordEntry } from '../../src/audit/record.ts';
import type { RecordWriter } from '../../src/audit/writer.ts';
import { SinkSettings } from '../../src/audit/sinks/settings.ts';
import { openSinks, type Sinks, type SinksOptions } from '../../src/audit/sinks/sinks.ts';
import type { SentRecord, Sink, SinkFault } from '../../src/audit/sinks/sink.ts';
import { CHAIN, START, intent, keptLog, openTestChain } from '../audit/support.ts';

/** What a server received. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  /** Decompressed. */
  readonly body: string;
}

/** A server on a free port of this machine that keeps what it gets. */
export async function startReceiver(
  answer: (request: Received, response: ServerResponse) => void,
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      const one = {
        method: request.method!,
        url: request.url!,
        headers: request.headers,
        body: body.toString(),
      };
      received.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** Records of one chain, sealed as a writer would. */
export function sent(entries: readonly RecordEntry[], chain = CHAIN): SentRecord[] {
  let prev = EMPTY_HEAD.hash;
  return entries.map((entry, index) => {
    const record = seal(entry, { chain, seq: index + 1, prev, time: new Date(START + index).toISOString() });
    prev = record.hash;
    return { chain, seq: record.seq, line: JSON.stringify(record), record };
  });
}

export function intents(count: number, prefix = 'c'): RecordEntry[] {
  return Array.from({ length: count }, (_, index) => intent(`${prefix}${index + 1}`));
}

/** How long a test waits for a follower to come to rest. */
const PATIENCE_MS = 5000;

/**
 * A clock whose timers fire when the test says so. A follower that has nothing to do waits for a timer: `followers` says
 * how many do.
 */
export function createClock(followers = 1): {
  followers: number;
  now: () => number;
  schedule: (callback: () => void, milliseconds: number) => () => void;
  /** Milliseconds that each waiting timer still has, the nearest first. */
  waiting: () => number[];
  /** Lets time pass, timer by timer, with everything that each of them sets off. */
  advance: (milliseconds: number) => Promise<void>;
} {
  let time = START;
  let timers: { at: number; callback: () => void }[] = [];
  const settle = async (): Promise<void> => {
    // What a timer sets off reads and writes files, and ends with another timer.
    const deadline = performance.now() + PATIENCE_MS;
    for (
      let turn = 0;
      turn < 3 || (timers.length < clock.followers && performance.now() < deadline);
      turn += 1
    ) {
      // oxlint-disable-next-line no-await-in-loop -- one turn of the event loop after another
      await new Promise((resolve) => {
        setTimeout(resolve, 0);
      });
    }
  };
  const clock: ReturnType<typeof createClock> = {
    followers,
    now: () => time,
    schedule(callback, milliseconds) {
      const timer = { at: time + milliseconds, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    waiting: () => timers.map(({ at }) => at - time).toSorted((a, b) => a - b),
    async advance(milliseconds) {
      const until = time + milliseconds;
      await settle();
      for (;;) {
        const next = timers.toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > until) break;
        timers = timers.filter((one) => one !== next);
        time = Math.max(time, next.at);
        next.callback();
        // oxlint-disable-next-line no-await-in-loop -- one timer after another
        await settle();
      }
      time = until;
    },
  };
  return clock;
}

export type Clock = ReturnType<typeof createClock>;

/** A sink that keeps what it takes. `refuse` is asked before each delivery. */
export function createMemorySink(
  refuse: (records: readonly SentRecord[]) => SinkFault | undefined | Promise<SinkFault | undefined> = () =>
    undefined,
): Sink & { taken: SentRecord[]; attempts: number[] } {
  const taken: SentRecord[] = [];
  const attempts: number[] = [];
  return {
    taken,
    attempts,
    async deliver(records) {
      attempts.push(records.length);
      const fault = await refuse(records);
      if (fault) throw fault;
      taken.push(...records);
    },
    close: () => Promise.resolve(),
  };
}

export function toSettings(more: object = {}): SinkSettings {
  return SinkSettings.parse({ name: 'siem', stdout: true, ...more });
}

/** Sinks over a directory, with a clock of the test's. */
export function openTestSinks(
  dir: string,
  sink: Sink | ((settings: SinkSettings) => Sink),
  more: Partial<SinksOptions> & { clock?: Clock; seq?: () => number } = {},
): { sinks: Sinks; clock: Clock; log: string[] } {
  const { clock = createClock(), seq = () => 0, ...options } = more;
  const logger = keptLog();
  const sinks = openSinks({
    settings: [toSettings()],
    files: new Map(),
    auditDirectory: dir,
    own: { chain: CHAIN, headSeq: seq },
    logger,
    now: clock.now,
    random: () => 1,
    schedule: clock.schedule,
    create: (settings) => (typeof sink === 'function' ? sink(settings) : sink),
    ...options,
  });
  onTestFinished(() => sinks.close(0));
  return { sinks, clock, log: logger.messages };
}

/** `chain:seq` of each record. */
export function keysOf(records: readonly { chain: string; seq: number }[]): string[] {
  return records.map(({ chain, seq }) => `${chain}:${seq}`);
}

export function seqsOf(records: readonly { seq: number }[]): number[] {
  return records.map(({ seq }) => seq);
}

/** A chain that this process writes until the test is over. */
export async function openLiveChain(options: Parameters<typeof openTestChain>[0]): Promise<RecordWriter> {
  const writer = await openTestChain(options);
  onTestFinished(() => writer.close());
  return writer;
}

/** Writes a chain that nobody writes any more. */
export async function leaveChain(
  dir: string,
  chain: string,
  entries: readonly RecordEntry[],
  segmentBytes?: number,
): Promise<void> {
  const writer = await openTestChain({ dir, chain, ...(segmentBytes !== undefined && { segmentBytes }) });
  for (const entry of entries) {
    // oxlint-disable-next-line no-await-in-loop -- in order
    await writer.append(entry, { durable: true });
  }
  await writer.close();
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
