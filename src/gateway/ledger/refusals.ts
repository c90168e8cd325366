import { BailiwickError } from '../../errors.ts';
import type { LimitMeasure } from '../../policy/limit.ts';
import type { Exceeded } from '../../state/store.ts';
import { subjectOf, type Counted } from './counters.ts';
import { describeAmount, describeMeasure, describeScope, describeWait } from './describe-limit.ts';
import type { LedgerRequest } from './ledger.ts';

/** What a caller is told to wait while the store is away. */
const RETRY_MS = 5_000;

/** The refusal of a call for which limits have no room. What others have used of them is not told, but those of its own team. */
export function limitExceeded(
  request: LedgerRequest,
  counted: readonly Counted[],
  answer: { readonly exceeded: readonly Exceeded[]; readonly now: number },
): BailiwickError {
  const { exceeded, now } = answer;
  const full = exceeded.flatMap(({ counter, total, retryAt }) => {
    const one = counted.find(({ item }) => item.counter === counter);
    return one === undefined ? [] : [{ one, total, retryAt }];
  });
  const sentences = full.map(({ one, total, retryAt }) => {
    const scope = describeScope(one, request);
    const about = `limit ${one.limit.id}: ${describeMeasure(one.measure)}${scope === undefined ? '' : `, for ${scope}`}`;
    return [about, ...roomOf(one, total, request), adviceOf(one, retryAt, now)].join('; ');
  });
  const waits = full.map(({ retryAt }) => (retryAt === undefined ? undefined : Math.max(1, retryAt - now)));
  const known = waits.filter((wait) => wait !== undefined);
  const retryAfterMs =
    known.length === waits.length && known.length > 0 ? Math.ceil(Math.max(...known)) : undefined;
  return new BailiwickError('LIMIT_EXCEEDED', sentences.join('. '), {
    data: {
      rules: [...new Set(full.map(({ one }) => one.limit.id))],
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    },
  });
}

/** The refusal of a call to which more limits apply than one reservation can hold. */
export function tooManyLimits(counted: readonly Counted[], most: number): BailiwickError {
  const [first] = counted;
  return new BailiwickError(
    'CONFIGURATION',
    `${counted.length} rates, concurrencies and budgets apply to this call, ${first?.limit.id} the first of them, and at most ${most} can; whoever runs the gateway has to remove some, or say \`by\` in one limit instead of writing many`,
  );
}

/** The refusal of a call whose hard limits cannot be looked at. */
export function limitsUnknown(counted: readonly Counted[], cause: unknown): BailiwickError {
  const ids = [...new Set(counted.filter(({ item }) => item.mode === 'hard').map(({ limit }) => limit.id))];
  return new BailiwickError(
    'STATE_UNAVAILABLE',
    `${ids.length === 1 ? 'limit' : 'limits'} ${ids.join(', ')} cannot be looked at now; nothing was sent; try again in ${describeWait(RETRY_MS)}`,
    { cause, data: { rules: ids, retryAfterMs: RETRY_MS } },
  );
}

/** Counters of which a caller is told what is left: nobody else's spend is in them, or only that of its own team. */
const OWN: ReadonlySet<LimitMeasure['by']> = new Set(['principal', 'team', 'key']);

/** Why there is no room, where the limit itself does not say it: the most that the call can take, and what is left of its own. */
function roomOf({ measure, item }: Counted, total: number, request: LedgerRequest): string[] {
  if (measure.kind === 'concurrency' || item.amount > item.limit) return [];
  if (item.amount <= 1) return [];
  const most = `this call can take ${describeAmount(measure, item.amount)}`;
  const [name] = subjectOf(measure.by, request.principal, request.target);
  if (!OWN.has(measure.by) || name === undefined) return [most];
  return [`${describeAmount(measure, Math.max(0, item.limit - total))} left, and ${most}`];
}

function adviceOf({ measure, item }: Counted, retryAt: number | undefined, now: number): string {
  if (retryAt !== undefined) return `try again in ${describeWait(retryAt - now)}`;
  if (item.amount > item.limit) {
    return `this call can take ${describeAmount(measure, item.amount)}, more than the whole limit`;
  }
  return measure.kind === 'concurrency'
    ? 'try again when one of the calls under way has ended'
    : 'try again later';
}
