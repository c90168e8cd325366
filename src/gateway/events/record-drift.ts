import path from 'node:path';
import type { Held } from '../../lock/compare.ts';
import type { Review } from '../hold-back.ts';
import type { AppendEvent } from './append-event.ts';

/** Tools that one record names; `count` says how many there are. */
const MAX_NAMED = 100;

/** Records tools that are held back since the last look: what the lock holds of each, and what is offered instead. */
export function recordDrift(append: AppendEvent, review: Review, fresh: readonly Held[]): void {
  const tools = fresh.slice(0, MAX_NAMED).map((held) => ({
    tool: held.id,
    status: held.status,
    digest: review.locker.digestOf(held.tool),
    ...(held.status === 'changed' && { locked: held.locked.digest }),
  }));
  void append({ type: 'drift', detail: { lock: path.basename(review.file), count: fresh.length, tools } });
}
