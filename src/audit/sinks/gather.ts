import { join } from 'node:path';
import type { Logger } from '../../telemetry/logger.ts';
import type { Offsets } from './offsets.ts';
import type { Orphan } from './orphans.ts';
import type { Position } from './position.ts';
import { readChain, type ReadRecord } from './read-chain.ts';

/** Records on their way, and where each chain stands once all of them are settled. */
export interface Batch {
  records: ReadRecord[];
  /** Where each chain will stand, by name; also of chains whose next records are none of this sink's. */
  readonly ends: Map<string, Position>;
}

/** Puts batches together for one sink: from the chain of this process, and from chains left behind. */
export interface Gatherer {
  /** The next batch; undefined where there is nothing to send or to pass. Does not move on by itself. */
  next(): Promise<Batch | undefined>;
  /** Moves on in a chain, in memory and on disk. Never rejects: what is not saved is sent again after a restart. */
  pass(chain: string, position: Position): Promise<void>;
  /** Chains to read beside the process's own. */
  adopt(orphans: readonly Orphan[]): void;
}

export interface GatherOptions {
  readonly auditDirectory: string;
  readonly own: { readonly chain: string; readonly headSeq: () => number };
  readonly offsets: Offsets;
  readonly isWanted: (record: ReadRecord) => boolean;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly sink: string;
  readonly logger: Logger;
}

export function createGatherer(options: GatherOptions): Gatherer {
  const { auditDirectory, own, offsets, isWanted, maxRecords, maxBytes, sink, logger } = options;
  const positions = new Map<string, Position>();
  const waiting = new Map<string, string>();
  /** Signatures of orphans that were read to their end. */
  const finished = new Map<string, string>();
  /** Those that were told about. */
  const unreadable = new Set<string>();
  let isOwnFirst = false;

  async function positionOf(chain: string): Promise<Position> {
    const known = positions.get(chain);
    if (known) return known;
    const { position, flaw } = await offsets.load(chain);
    if (flaw !== undefined) {
      logger.warn(
        { sink, chain, flaw },
        `the offset of sink ${sink} in ${chain} cannot be read; the chain is sent again from its beginning`,
      );
    }
    positions.set(chain, position);
    return position;
  }

  /** Adds what a chain has to the batch. */
  async function add(chain: string, untilSeq: number, batch: Batch, bytes: number): Promise<number> {
    const from = await positionOf(chain);
    if (from.seq >= untilSeq) return 0;
    const limits = { untilSeq, records: maxRecords - batch.records.length, bytes: maxBytes - bytes };
    const part = await readChain(join(auditDirectory, chain), chain, from, limits);
    for (const oddity of part.oddities) {
      logger.error({ sink, chain }, `sink ${sink}: ${chain}: ${oddity}; see \`bailiwick audit verify\``);
    }
    if (!isSame(from, part.position)) batch.ends.set(chain, part.position);
    batch.records.push(...part.records.filter(isWanted));
    return part.records.reduce((sum, { line }) => sum + line.length + 1, 0);
  }

  async function addOrphans(batch: Batch, before: number): Promise<number> {
    let bytes = before;
    for (const [chain, signature] of waiting) {
      if (batch.records.length >= maxRecords || bytes >= maxBytes || batch.ends.size >= maxRecords) break;
      try {
        // oxlint-disable-next-line no-await-in-loop -- as many as fit
        bytes += await add(chain, Infinity, batch, bytes);
        if (batch.ends.has(chain)) continue;
        finished.set(chain, signature);
      } catch (error) {
        // Tried again at the next look.
        if (!unreadable.has(chain))
          logger.warn({ err: error, sink, chain }, `sink ${sink}: the chain ${chain} cannot be read`);
        unreadable.add(chain);
      }
      waiting.delete(chain);
      positions.delete(chain);
    }
    return bytes;
  }

  return {
    async next() {
      const batch: Batch = { records: [], ends: new Map() };
      isOwnFirst = !isOwnFirst;
      let bytes = isOwnFirst ? 0 : await addOrphans(batch, 0);
      if (batch.records.length < maxRecords && bytes < maxBytes) {
        bytes += await add(own.chain, own.headSeq(), batch, bytes);
      }
      if (isOwnFirst) await addOrphans(batch, bytes);
      return batch.ends.size > 0 ? batch : undefined;
    },
    async pass(chain, position) {
      positions.set(chain, position);
      try {
        await offsets.save(chain, position);
      } catch (error) {
        logger.warn(
          { err: error, sink, chain },
          `how far sink ${sink} has come cannot be saved; records may be sent again after a restart`,
        );
      }
    },
    adopt(orphans) {
      const names = new Set(orphans.map(({ chain }) => chain));
      for (const chain of finished.keys()) if (!names.has(chain)) finished.delete(chain);
      for (const { chain, signature } of orphans) {
        if (finished.get(chain) !== signature) waiting.set(chain, signature);
      }
    },
  };
}

function isSame(a: Position, b: Position): boolean {
  return a.seq === b.seq && a.segment === b.segment && a.byte === b.byte;
}
