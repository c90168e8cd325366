import type { LimitMeasure } from '../../policy/limit.ts';
import { toUsdText } from '../../text/nano-usd.ts';
import { brief } from '../brief.ts';
import { subjectOf, type Counted } from './counters.ts';
import type { LedgerRequest } from './ledger.ts';

/** What a measure allows, in words: `10 calls per minute`, `5 USD per month`. */
export function describeMeasure(measure: LimitMeasure): string {
  switch (measure.kind) {
    case 'rate':
      return `${describeAmount(measure, measure.amount)} per ${toWindowText(measure.windowMs)}`;
    case 'concurrency':
      return `${describeAmount(measure, measure.amount)} at one time`;
    case 'budget':
      return `${describeAmount(measure, measure.amount)} per ${measure.per}`;
  }
}

/** An amount of what a measure counts: `0.5 USD`, `12 calls`. */
export function describeAmount(measure: LimitMeasure, amount: number): string {
  const unit = measure.kind === 'concurrency' ? 'calls' : measure.unit;
  if (unit === 'usd') return `${toUsdText(amount)} USD`;
  return `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`;
}

/** Whose counter it is, in words: `principal agent`. Undefined where the limit has one for all. */
export function describeScope({ measure }: Counted, request: LedgerRequest): string | undefined {
  if (measure.by === 'rule') return undefined;
  const names = subjectOf(measure.by, request.principal, request.target);
  const name = names.at(-1);
  if (name === undefined) return `calls without a ${measure.by}`;
  return `${measure.by} ${brief(measure.by === 'tool' ? names.join('/') : name)}`;
}

/** A time to wait, rounded up, in the unit in which people say it. */
export function describeWait(milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 2 * 3_600) return `${Math.ceil(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.ceil(seconds / 3_600)} h`;
  return `${Math.ceil(seconds / 86_400)} days`;
}

const WINDOWS = new Map([
  [1_000, 'second'],
  [60_000, 'minute'],
  [3_600_000, 'hour'],
  [86_400_000, 'day'],
]);

function toWindowText(milliseconds: number): string {
  return WINDOWS.get(milliseconds) ?? `${milliseconds / 1000} s`;
}
