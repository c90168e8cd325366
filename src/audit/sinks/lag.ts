import { createReadStream } from 'node:fs';
import { readChainEnd } from '../chain-end.ts';
import { listChainNames } from '../previous-heads.ts';
import { openDeadLetters } from './dead-letters.ts';
import { openOffsets } from './offsets.ts';
import type { SinkSettings } from './settings.ts';

/** How far a sink is behind the files. */
export interface SinkLag {
  readonly name: string;
  readonly kind: SinkKind;
  readonly required: boolean;
  /** Records on disk that it does not have. */
  readonly records: number;
  /** Chains with such records, the furthest behind first. */
  readonly chains: readonly { readonly chain: string; readonly passed: number; readonly last: number }[];
  /** Records that it refused, and that were put aside. */
  readonly deadLetters: number;
  readonly deadLetterFile: string;
}

export type SinkKind = 'stdout' | 'otlp' | 'webhook' | 'postgres' | 'logAnalytics';

/** Compares the offsets of sinks with the ends of all chains. Reads neither the chains nor the sinks. */
export async function readLags(auditDirectory: string, sinks: readonly SinkSettings[]): Promise<SinkLag[]> {
  const ends = new Map<string, number>();
  for (const chain of await listChainNames(auditDirectory)) {
    // oxlint-disable-next-line no-await-in-loop -- there may be thousands
    const end = await readChainEnd(auditDirectory, chain).catch(() => undefined);
    if (end?.head) ends.set(chain, end.head.seq);
  }
  return Promise.all(sinks.map((sink) => readLag(auditDirectory, sink, ends)));
}

async function readLag(
  auditDirectory: string,
  sink: SinkSettings,
  ends: ReadonlyMap<string, number>,
): Promise<SinkLag> {
  const { name, required } = sink;
  const offsets = openOffsets(auditDirectory, name);
  const chains: { chain: string; passed: number; last: number }[] = [];
  for (const [chain, last] of ends) {
    // oxlint-disable-next-line no-await-in-loop -- there may be thousands
    const { seq: passed } = (await offsets.load(chain)).position;
    if (passed < last) chains.push({ chain, passed, last });
  }
  const { file } = openDeadLetters(auditDirectory, name, Date.now);
  return {
    name,
    kind: kindOf(sink),
    required,
    records: chains.reduce((sum, { passed, last }) => sum + last - passed, 0),
    chains: chains.toSorted((a, b) => b.last - b.passed - (a.last - a.passed)),
    deadLetters: await countLines(file),
    deadLetterFile: file,
  };
}

function kindOf({ otlp, webhook, postgres, logAnalytics }: SinkSettings): SinkKind {
  if (otlp) return 'otlp';
  if (webhook) return 'webhook';
  if (postgres) return 'postgres';
  return logAnalytics ? 'logAnalytics' : 'stdout';
}

async function countLines(path: string): Promise<number> {
  let count = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) count += 1;
    }
  } catch {
    // No record was put aside.
  }
  return count;
}
