import { expectedForm } from '../chain.ts';
import type { AuditRecord } from '../record.ts';
import { firstSeqOf } from '../segment-name.ts';
import { beginsCall, toCall, type Call } from './call.ts';
import { listChains } from './chains.ts';
import { readDirectory, type ReadOptions } from './read-directory.ts';
import type { ReadRecord } from './cursor.ts';
import { messageOf } from '../../errors.ts';

/** One call with everything that the record holds of it, and the calls that it made. */
export interface CallTree {
  /** Absent where the call itself is not recorded, as of a script that made calls. */
  readonly call?: Call;
  readonly id: string;
  /** The records of the call itself, in order. */
  readonly records: readonly ReadRecord[];
  readonly children: readonly CallTree[];
}

export interface FoundCalls {
  /** Those whose id begins with what was asked for; several where it was too short. */
  readonly trees: readonly CallTree[];
  /** True where there was more than is kept. */
  readonly isCut: boolean;
}

/** Calls within calls that are told apart. */
const MOST_LEVELS = 100;

/** Records that are kept. */
const MOST_RECORDS = 10_000;

/**
 * The calls whose id begins with a text, with the calls that they made. The call that makes another begins before it.
 *
 * @throws BailiwickError CONFIGURATION when there is no such directory.
 */
export async function findCalls(
  directory: string,
  prefix: string,
  options: ReadOptions,
): Promise<FoundCalls> {
  const records = new Map<string, ReadRecord[]>();
  const parents = new Map<string, string>();
  const roots = new Set<string>();
  let kept = 0;
  let isCut = false;
  for await (const read of readDirectory(directory, options)) {
    const { call, parent } = read.record;
    const isRoot = call?.startsWith(prefix) === true;
    const isChild = parent !== undefined && (parent.startsWith(prefix) || records.has(parent));
    if (call === undefined || !(isRoot || isChild || records.has(call))) continue;
    if (kept >= MOST_RECORDS) {
      isCut = true;
      continue;
    }
    kept += 1;
    records.set(call, [...(records.get(call) ?? []), read]);
    if (parent !== undefined) parents.set(call, parent);
    if (isRoot) roots.add(call);
    else if (parent?.startsWith(prefix) && !records.has(parent)) roots.add(parent);
  }
  // What was made by another that was found is shown there.
  const tops = roots.has(prefix) ? [prefix] : [...roots].filter((id) => !roots.has(parents.get(id) ?? ''));
  const children = Map.groupBy(parents.keys(), (id) => parents.get(id) ?? '');
  return { trees: tops.map((id) => toTree(id, records, children, new Set())), isCut };
}

function toTree(
  id: string,
  records: ReadonlyMap<string, readonly ReadRecord[]>,
  children: ReadonlyMap<string, readonly string[]>,
  above: ReadonlySet<string>,
): CallTree {
  const own = records.get(id) ?? [];
  const first = own.find(({ record }) => beginsCall(record))?.record;
  const outcome = own.find(({ record }) => record.type === 'call.outcome')?.record;
  // A call that claims to be made by itself has been made up, and so has a tower of calls.
  const below = (children.get(id) ?? []).filter(
    (child) => child !== id && !above.has(child) && above.size < MOST_LEVELS,
  );
  const path = new Set([...above, id]);
  return {
    id,
    ...(first && { call: toCall(first, outcome) }),
    records: own,
    children: below.map((child) => toTree(child, records, children, path)),
  };
}

/**
 * The record of a chain at a place.
 *
 * @throws BailiwickError CONFIGURATION when there is no such directory.
 */
export async function findRecord(
  directory: string,
  place: { readonly chain: string; readonly seq: number },
  options: Pick<ReadOptions, 'onTrouble'>,
): Promise<ReadRecord | undefined> {
  const chains = await listChains(directory, (chain) => chain === place.chain);
  const before = chains.map((files) => ({
    ...files,
    segments: files.segments.filter((segment) => (firstSeqOf(segment) ?? 0) <= place.seq).slice(-1),
  }));
  for await (const read of readDirectory(directory, { ...options, chains: before })) {
    if (read.record.seq === place.seq) return read;
  }
  return undefined;
}

/** Whether a record is the one that was written: its hash is right, and so is the form of its line. */
export function whyNotAsWritten({ record, text }: { record: AuditRecord; text: string }): string | undefined {
  try {
    const expected = expectedForm(record);
    if (expected.hash !== record.hash) return `its members hash to ${expected.hash}`;
    return expected.line === text ? undefined : 'its line is not in the form that is written';
  } catch (error) {
    return `it has no RFC 8785 form: ${messageOf(error)}`;
  }
}
