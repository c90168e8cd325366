import { rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../telemetry/logger.ts';
import { listSegmentFiles, readLastRecord } from './chain-end.ts';
import { listMarked } from './live-chains.ts';
import { listChainNames } from './previous-heads.ts';
import type { RecordEntry } from './record.ts';
import type { AuditSettings } from './settings.ts';
import type { DatedHead } from './signed-head.ts';

/** True once whoever has to have a chain's records has them up to this one. */
export type IsPassed = (chain: string, seq: number) => Promise<boolean>;

export interface RetentionOptions {
  readonly dir: string;
  /** The chain of this process: its last file stays. */
  readonly ownChain: string;
  readonly keep: AuditSettings['keep'];
  readonly isPassed: IsPassed;
  /** Resolves once the entry is on disk. */
  readonly record: (entry: RecordEntry) => Promise<void>;
  /** A chain is gone altogether: nobody has to hold it to its head any more. */
  readonly forgetHead?: (chain: string) => Promise<void>;
  readonly now: () => number;
  readonly logger: Logger;
}

/** A file of a chain that could be removed. */
interface Candidate {
  readonly chain: string;
  readonly file: string;
  readonly first: number;
  readonly bytes: number;
  /** Its last record; absent: the file does not end as it was written, so it stays. */
  readonly last?: DatedHead;
}

const DAY_MS = 86_400_000;

/** Files that one record accounts for. */
const MAX_REMOVED = 500;

/**
 * Removes the oldest files of the record that are over what is kept. A record says first what will be removed, so that
 * verification of the rest still succeeds, and says so.
 *
 * Files go in the order of their last records, and never past one that has to stay: so whatever is gone is older than
 * whatever is there, and the record that accounts for a file outlives it. Chains of processes that run, or that were not
 * put in order yet, are left to them.
 */
export async function removeOld(options: RetentionOptions): Promise<void> {
  const { keep, now, logger } = options;
  if (keep.days === undefined && keep.bytes === undefined) return;
  const candidates = (await listCandidates(options)).toSorted(byLastTime);
  const oldest = keep.days === undefined ? '' : new Date(now() - keep.days * DAY_MS).toISOString();
  let bytes = candidates.reduce((sum, one) => sum + one.bytes, 0);
  const going: (Candidate & { last: DatedHead })[] = [];
  for (const { last, ...file } of candidates) {
    if (last === undefined) {
      logger.warn(
        { chain: file.chain, file: file.file },
        'an audit file does not end with a record; it and what is newer is kept',
      );
      break;
    }
    const isOver = last.time < oldest || bytes > (keep.bytes ?? Infinity);
    // oxlint-disable-next-line no-await-in-loop -- stops at the first that has to stay
    if (!isOver || !(await options.isPassed(file.chain, last.seq))) break;
    bytes -= file.bytes;
    going.push({ ...file, last });
  }
  for (let from = 0; from < going.length; from += MAX_REMOVED) {
    // oxlint-disable-next-line no-await-in-loop -- the oldest first
    await remove(going.slice(from, from + MAX_REMOVED), options);
  }
}

async function remove(
  going: readonly (Candidate & { last: DatedHead })[],
  { dir, record, forgetHead, logger }: RetentionOptions,
): Promise<void> {
  await record({
    type: 'repair',
    detail: {
      change: 'removed',
      until: going.at(-1)?.last.time,
      removed: going.map(({ chain, first, last }) => ({ chain, from: first, to: last.seq, hash: last.hash })),
    },
  });
  for (const { chain, file } of going) {
    // Another process may remove the same files at this moment.
    // oxlint-disable-next-line no-await-in-loop -- a chain's beginning first
    await rm(join(dir, chain, file), { force: true });
  }
  for (const chain of new Set(going.map((one) => one.chain))) {
    // oxlint-disable-next-line no-await-in-loop
    const isGone = await rmdir(join(dir, chain)).then(
      () => true,
      () => false,
    );
    // oxlint-disable-next-line no-await-in-loop
    if (isGone) await forgetHead?.(chain);
  }
  logger.info({ files: going.length, until: going.at(-1)?.last.time }, 'old audit files were removed');
}

async function listCandidates({ dir, ownChain }: RetentionOptions): Promise<Candidate[]> {
  const inUse = new Set(await listMarked(dir));
  const candidates: Candidate[] = [];
  for (const chain of await listChainNames(dir)) {
    if (inUse.has(chain) && chain !== ownChain) continue;
    // oxlint-disable-next-line no-await-in-loop -- nothing waits for this
    const files = await listSegmentFiles(join(dir, chain)).catch(() => []);
    for (const { file, first } of chain === ownChain ? files.slice(0, -1) : files) {
      const path = join(dir, chain, file);
      // oxlint-disable-next-line no-await-in-loop
      const last = await readLastRecord(path, chain).catch(() => undefined);
      // oxlint-disable-next-line no-await-in-loop
      const stats = await stat(path).catch(() => undefined);
      if (stats === undefined) continue;
      candidates.push({ chain, file, first, bytes: stats.size, ...(last && last.seq >= first && { last }) });
    }
  }
  return candidates;
}

/** What has no end that can be read comes first: nothing is removed past it. */
function byLastTime(a: Candidate, b: Candidate): number {
  const [left, right] = [a.last?.time ?? '', b.last?.time ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  return a.chain === b.chain ? a.first - b.first : a.chain < b.chain ? -1 : 1;
}
