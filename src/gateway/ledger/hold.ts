import type { Hold, LedgerRequest } from './ledger.ts';
import { NOTHING_SENT, spendOf, type Spent } from './settlement.ts';

/** A hold that is ended once, by whichever method is called first. */
export function holdOf(request: LedgerRequest, finish: (spent: Spent) => Promise<void>): Hold {
  let isOver = false;
  const finishOnce = async (spent: Spent): Promise<void> => {
    if (isOver) return;
    isOver = true;
    await finish(spent);
  };
  return {
    settle: (actual) => finishOnce(spendOf(request, actual)),
    release: () => finishOnce(NOTHING_SENT),
  };
}
