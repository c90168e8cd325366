import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BailiwickError } from '../errors.ts';
import { readChainLines } from './chain-lines.ts';
import type { Head } from './chain.ts';
import { firstSeqOf } from './segment-name.ts';
import { verifyChain } from './verify-chain.ts';
import type { ChainLine, ChainVerdict } from './verify-chain.ts';

/** What verification found in one chain of a directory. */
export interface ChainReport extends ChainVerdict {
  readonly chain: string;
  readonly segments: number;
  readonly tail: Tail;
}

/** How far a chain can be vouched for. */
export interface Tail {
  /** The last record that can be vouched for; 0: none. */
  readonly vouchedUntil: number;
  /** True when a head kept elsewhere confirms that record; false when the chain only agrees with itself. */
  readonly confirmed: boolean;
  /** The same in plain words. */
  readonly note: string;
}

export interface DirectoryReport {
  /** True when every chain is ok. */
  readonly ok: boolean;
  readonly chains: readonly ChainReport[];
  /** Entries, relative to the directory, that are neither a chain nor a segment of one. */
  readonly unexpected: readonly string[];
}

/**
 * Verifies every chain below an audit directory, offline.
 *
 * Without `heads` it finds whatever was edited, removed, reordered or duplicated before the last record, and it cannot
 * find records cut off at the end: `tail` says so. `heads` are heads that were kept elsewhere, by name of chain; a
 * chain that is named there and absent is not ok.
 *
 * @throws BailiwickError CONFIGURATION when there is no such directory.
 */
export async function verifyDirectory(
  directory: string,
  options: { heads?: ReadonlyMap<string, readonly Head[]> } = {},
): Promise<DirectoryReport> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw new BailiwickError('CONFIGURATION', `${directory}: no audit directory can be read here`, {
      cause: error,
    });
  });
  const unexpected = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  const found = entries
    .filter((entry) => entry.isDirectory() && !isOurs(entry.name))
    .map((entry) => entry.name);
  const names = new Set([...found, ...(options.heads?.keys() ?? [])]);
  const chains: ChainReport[] = [];
  for (const chain of [...names].toSorted()) {
    const { segments, others } = found.includes(chain)
      ? await listSegments(join(directory, chain))
      : { segments: [], others: [] };
    unexpected.push(...others.map((name) => join(chain, name)));
    const heads = options.heads?.get(chain) ?? [];
    const verdict = await verifyChain(readSegments(directory, chain, segments), { chain, heads });
    chains.push({ chain, segments: segments.length, ...verdict, tail: toTail(verdict, heads) });
  }
  return { ok: chains.every((chain) => chain.ok), chains, unexpected: unexpected.toSorted() };
}

/** What Bailiwick keeps beside the chains: marks of live processes, offsets of sinks. */
function isOurs(name: string): boolean {
  return name.startsWith('.');
}

async function listSegments(directory: string): Promise<{ segments: string[]; others: string[] }> {
  const entries = await readdir(directory, { withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && firstSeqOf(entry.name) !== undefined)
    .map((entry) => entry.name);
  return {
    segments: files.toSorted((a, b) => (firstSeqOf(a) ?? 0) - (firstSeqOf(b) ?? 0)),
    others: entries.map((entry) => entry.name).filter((name) => !files.includes(name)),
  };
}

async function* readSegments(
  directory: string,
  chain: string,
  segments: readonly string[],
): AsyncGenerator<ChainLine> {
  for (const segment of segments) {
    yield* readChainLines(join(directory, chain, segment), join(chain, segment));
  }
}

function toTail(verdict: ChainVerdict, heads: readonly Head[]): Tail {
  const until = verdict.head.seq;
  const confirmed = heads.map((head) => head.seq).filter((seq) => seq > 0 && seq <= until);
  if (confirmed.length > 0) {
    const vouchedUntil = Math.max(...confirmed);
    return {
      vouchedUntil,
      confirmed: true,
      note: `confirmed up to record ${vouchedUntil} by a head kept elsewhere; records cut off after it would not be noticed`,
    };
  }
  return {
    vouchedUntil: until,
    confirmed: false,
    note:
      `no head of this chain was given, so the chain agrees with itself up to record ${until}, and no more than that is known: ` +
      'records cut off after it, or a chain whose hashes were all computed anew, would not be noticed',
  };
}
