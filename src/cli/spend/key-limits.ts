import { compileKeyLimits } from '../../gateway/ledger/key-limits.ts';
import { stateOf } from '../../identity/keys/key-record.ts';
import { listKeys } from '../../identity/keys/key-shelf.ts';
import type { CompiledLimit } from '../../policy/limit.ts';
import type { Store } from '../../state/store.ts';

/** The limits of the keys that count. Keys that followed each other by rotation share theirs. */
export async function readKeyLimits(store: Store, now: number): Promise<CompiledLimit[]> {
  const active = (await listKeys(store, now)).filter((record) => stateOf(record, now) === 'active');
  const newest = new Map(active.map((record) => [record.lineage, record]));
  return [...newest.values()].flatMap(compileKeyLimits);
}
