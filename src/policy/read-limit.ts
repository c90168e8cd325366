import type {
  BudgetMeasure,
  ConcurrencyMeasure,
  LimitBy,
  LimitMeasure,
  LimitMode,
  PlacedLimit,
  RateMeasure,
} from './limit.ts';
import type { LimitEntry } from './limit-schema.ts';

const WINDOW_MS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Where an alert is raised unless a budget says otherwise: in time to do something, and when nothing is left. */
const ALERT_AT = [0.8, 1] as const;

/** An entry of `limits:` as a limit. What a measure says itself counts before what the limit says of all its measures. */
export function toLimit(
  policy: string,
  entry: LimitEntry,
  positionOf: PlacedLimit['positionOf'],
): PlacedLimit {
  const { id, who, what, rate = [], concurrency, budget = [] } = entry;
  const measures: LimitMeasure[] = [
    ...rate.map((one) => toRate(one, toBase(entry, one))),
    ...(concurrency === undefined ? [] : [toConcurrency(concurrency.calls, toBase(entry, concurrency))]),
    ...budget.map((one) => toBudget(one, toBase(entry, one))),
  ];
  return { id: `${policy}/${id}`, who, what, measures, positionOf };
}

type Base = Pick<LimitMeasure, 'by' | 'mode' | 'onLoss'>;

interface Said {
  readonly by?: LimitBy | undefined;
  readonly mode?: LimitMode | undefined;
  readonly onLoss?: Base['onLoss'] | undefined;
}

function toBase(limit: Said, measure: Said): Base {
  const mode = measure.mode ?? limit.mode ?? 'hard';
  return {
    by: measure.by ?? limit.by ?? 'rule',
    mode,
    onLoss: measure.onLoss ?? (mode === 'hard' ? 'charge' : 'release'),
  };
}

type RateEntry = NonNullable<LimitEntry['rate']>[number];
type BudgetEntry = NonNullable<LimitEntry['budget']>[number];

function toRate({ calls, tokens, per }: RateEntry, base: Base): RateMeasure {
  const counted =
    calls === undefined
      ? ({ unit: 'tokens', amount: tokens ?? 0 } as const)
      : ({ unit: 'calls', amount: calls } as const);
  return { kind: 'rate', ...counted, windowMs: WINDOW_MS[per], ...base };
}

function toConcurrency(amount: number, base: Base): ConcurrencyMeasure {
  return { kind: 'concurrency', amount, ...base };
}

function toBudget({ usd, tokens, calls, per, timeZone, alertAt }: BudgetEntry, base: Base): BudgetMeasure {
  const unit = usd !== undefined ? 'usd' : tokens !== undefined ? 'tokens' : 'calls';
  return {
    kind: 'budget',
    unit,
    amount: usd ?? tokens ?? calls ?? 0,
    per,
    ...(timeZone === undefined ? {} : { timeZone }),
    alertAt: [...new Set(alertAt ?? ALERT_AT)].toSorted((a, b) => a - b),
    ...base,
  };
}
