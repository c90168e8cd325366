import { existsSync, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BailiwickError, messageOf } from '../errors.ts';
import { createFileReader } from './chain-lines.ts';
import type { FileReader } from './chain-lines.ts';
import { EMPTY_HEAD } from './chain.ts';
import { checkGivenHeads } from './given-heads.ts';
import type { GivenHead, HeadReport } from './given-heads.ts';
import { byAge } from './previous-heads.ts';
import { toSegmentFiles } from './segment-name.ts';
import type { PublicKey } from './signing-key.ts';
import { createSignatureCheck } from './signatures.ts';
import type { Trust } from './signatures.ts';
import { createStatements } from './statements.ts';
import type { Statements } from './statements.ts';
import { toTail } from './tail.ts';
import type { Tail } from './tail.ts';
import { createChainCheck } from './verify-chain.ts';
import type { ChainVerdict } from './verify-chain.ts';

/** What verification found in one chain of a directory. */
export interface ChainReport extends ChainVerdict {
  readonly chain: string;
  readonly segments: number;
  readonly tail: Tail;
}

export interface DirectoryReport {
  /** True when every chain is ok, and every head that was given. */
  readonly ok: boolean;
  readonly chains: readonly ChainReport[];
  /** What became of the heads that were given: those that are not ok, and of the others the furthest of each place, chain and key. */
  readonly heads: readonly HeadReport[];
  /** Chains that are gone because their time was over, as a record says. */
  readonly removed: readonly string[];
  /** Entries, relative to the directory, that are neither a chain nor a segment of one. They were not looked at. */
  readonly unexpected: readonly string[];
}

export interface VerifyOptions {
  /** Heads that were kept elsewhere. A chain that one of them names and that is absent is not ok. */
  readonly heads?: readonly GivenHead[];
  /** Keys to be taken for the gateway's own. */
  readonly trust?: Trust;
  /** Also that every line is the RFC 8785 form of what it says. Takes several times as long. */
  readonly strict?: boolean;
  readonly onProgress?: (progress: { readonly bytes: number; readonly chains: number }) => void;
}

/**
 * Verifies every chain below an audit directory, offline, in one pass that holds little more than one record.
 *
 * Whatever was edited, removed, reordered or duplicated at or before a head that was given is found; so is a chain that is
 * gone as a whole and that a head or another chain names. `tail` says for each chain after which record nobody but the
 * chain itself vouches for it.
 *
 * @throws BailiwickError CONFIGURATION when there is no such directory.
 */
export async function verifyDirectory(
  directory: string,
  options: VerifyOptions = {},
): Promise<DirectoryReport> {
  for (let tries = 1; ; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- once more where files went away meanwhile
    const report = await verifyOnce(directory, options);
    if (report.ok || tries === TRIES || !report.chains.some((chain) => wasRemoved(directory, chain))) {
      return report;
    }
  }
}

/** Looks at a directory from which a gateway removes old files at the same time. */
const TRIES = 3;

/** True where the first bad line is that of a file which was listed and is not there any more. */
function wasRemoved(directory: string, { firstBad, segments }: ChainReport): boolean {
  return firstBad !== undefined && segments > 0 && !existsSync(join(directory, firstBad.file));
}

async function verifyOnce(directory: string, options: VerifyOptions): Promise<DirectoryReport> {
  const { trust = { keys: [], isRequired: false }, strict = false } = options;
  const progress = { bytes: 0, chains: 0 };
  const reader = createFileReader((bytes) => {
    progress.bytes += bytes;
    options.onProgress?.(progress);
  });
  const keys = new Map<string, PublicKey>();
  const given = checkGivenHeads(options.heads ?? [], trust, keys);
  const statements = createStatements(given.usable);
  const found = await listDirectory(directory);

  async function verifyOne(chain: string): Promise<ChainVerdict> {
    const check = createChainCheck({
      chain,
      heads: statements.heads(chain),
      mayBeginLater: true,
      strict,
      signatures: createSignatureCheck(trust, keys),
      onClaim: statements.addClaim,
      onRemoval: statements.addRemoval,
    });
    statements.begin(chain);
    await readSegments(reader, directory, chain, found.chains.get(chain) ?? { segments: [] }, check);
    return check.verdict();
  }

  const verdicts = new Map<string, ChainVerdict>();
  // From the newest: a chain names older ones, which are then compared as they are read.
  for (const chain of [...found.chains.keys()].toSorted(byAge).toReversed()) {
    // oxlint-disable-next-line no-await-in-loop -- one record at a time
    verdicts.set(chain, await verifyOne(chain));
    progress.chains += 1;
  }
  for (const chain of statements.unchecked(verdicts)) {
    // oxlint-disable-next-line no-await-in-loop -- named by a chain that was read later
    verdicts.set(chain, await verifyOne(chain));
  }
  // Whoever can remove a chain can write a record that says so: it counts only where more than its own chain vouches for it.
  const isAlone = (options.heads ?? []).length === 0 && !trust.isRequired;
  statements.keepRemovals(({ chain, seq }) => {
    const verdict = verdicts.get(chain);
    return isAlone || (verdict !== undefined && toTail(verdict, given.confirming(chain)).vouchedUntil >= seq);
  });
  const { absent, removed } = statements.absent(found.chains);
  for (const chain of absent) verdicts.set(chain, verdictOfAbsent(chain, statements, trust));

  const chains = [...verdicts.keys()].toSorted().map((chain): ChainReport => {
    const verdict = judge(chain, verdicts.get(chain)!, { statements, trust });
    const segments = found.chains.get(chain)?.segments.length ?? 0;
    return { chain, segments, ...verdict, tail: toTail(verdict, given.confirming(chain)) };
  });
  return {
    ok: given.ok && chains.every((chain) => chain.ok),
    chains,
    heads: given.reports,
    removed,
    unexpected: found.unexpected.toSorted(),
  };
}

/** What can be said only once all chains were read. */
function judge(
  chain: string,
  verdict: ChainVerdict,
  { statements, trust }: { statements: Statements; trust: Trust },
): ChainVerdict {
  const { ok, start, head, signatures } = verdict;
  if (start.seq > 0 && !statements.isRemoved(chain, start)) {
    const why = `records 1 to ${start.seq} are missing here, and no record says that they were removed`;
    return { ...broken(verdict, 1, why), records: 0, start: EMPTY_HEAD, head: EMPTY_HEAD };
  }
  if (!ok) return verdict;
  if (trust.isRequired && head.seq > 0 && signatures.trusted.length === 0) {
    return broken(verdict, start.seq + 1, 'no record of this chain is signed by a trusted key');
  }
  return verdict;
}

function broken(verdict: ChainVerdict, seq: number, why: string): ChainVerdict {
  return { ...verdict, ok: false, firstBad: { file: verdict.firstFile, line: 1, seq, why } };
}

function verdictOfAbsent(chain: string, statements: Statements, trust: Trust): ChainVerdict {
  const heads = statements.heads(chain);
  const verdict = createChainCheck({ chain, heads, signatures: createSignatureCheck(trust) }).verdict();
  const by = heads[0]?.from ?? 'something';
  return verdict.ok ? broken(verdict, 1, `the whole chain is gone, but ${by} names it`) : verdict;
}

interface ChainFiles {
  readonly segments: readonly string[];
  /** Why the directory of the chain cannot be listed. */
  readonly problem?: string;
}

interface FoundChains {
  readonly chains: ReadonlyMap<string, ChainFiles>;
  readonly unexpected: readonly string[];
}

async function listDirectory(directory: string): Promise<FoundChains> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw new BailiwickError('CONFIGURATION', `${directory}: no audit directory can be read here`, {
      cause: error,
    });
  });
  const chains = new Map<string, ChainFiles>();
  const unexpected: string[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) unexpected.push(entry.name);
    // What Bailiwick keeps beside the chains: marks of live processes, offsets of sinks.
    else if (!entry.name.startsWith('.')) {
      const { others, ...files } = listSegments(join(directory, entry.name));
      unexpected.push(...others.map((name) => join(entry.name, name)));
      // Without a file it is no chain: whoever names it is answered as if the directory were not there, either.
      if (files.segments.length > 0 || files.problem !== undefined) {
        chains.set(entry.name, files);
      } else if (others.length === 0) unexpected.push(entry.name);
    }
  }
  return { chains, unexpected };
}

function listSegments(directory: string): ChainFiles & { others: string[] } {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    const segments = toSegmentFiles(entries).map(({ file }) => file);
    const known = new Set(segments);
    const others = entries.map(({ name }) => name).filter((name) => !known.has(name));
    return { segments, others };
  } catch (error) {
    const why = messageOf(error);
    return { segments: [], others: [], problem: `the directory cannot be read: ${why}` };
  }
}

async function readSegments(
  reader: FileReader,
  directory: string,
  chain: string,
  { segments, problem }: ChainFiles,
  check: ReturnType<typeof createChainCheck>,
): Promise<void> {
  check.file(chain);
  if (problem !== undefined && !check.problem(problem)) return;
  for (const segment of segments) {
    check.file(join(chain, segment));
    // oxlint-disable-next-line no-await-in-loop -- in order
    if (!(await reader.read(join(directory, chain, segment), check))) return;
  }
}
