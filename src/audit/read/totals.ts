import { countOf, type Call } from './call.ts';
import { compareShadow } from './compare-shadow.ts';

/** What many calls come to. Folded refusals count each. */
export interface Totals {
  readonly calls: number;
  readonly ok: number;
  /** Refused before they began. */
  readonly refused: number;
  /** Carried out, and neither `ok` nor `unknown`. */
  readonly errors: number;
  /** Without an outcome: under way, or ended with their process. */
  readonly unknown: number;
  readonly nanoUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Calls that the shadow policies would let go further than those in force, */
  readonly shadowGains: number;
  /** less far, */
  readonly shadowLosses: number;
  /** or as far, by other rules or with other obligations. */
  readonly shadowChanges: number;
  /** When the first and the last began; absent where there is none. */
  readonly first?: string;
  readonly last?: string;
}

/** Adds up calls. */
export function createTotals(): { add(call: Call): void; current(): Totals } {
  const sums = {
    calls: 0,
    ok: 0,
    refused: 0,
    errors: 0,
    unknown: 0,
    nanoUsd: 0,
    inputTokens: 0,
    outputTokens: 0,
    shadowGains: 0,
    shadowLosses: 0,
    shadowChanges: 0,
  };
  let first: string | undefined;
  let last: string | undefined;
  const addTo = (name: keyof typeof sums, amount: number): void => {
    sums[name] = Math.min(sums[name] + amount, Number.MAX_SAFE_INTEGER);
  };
  return {
    add(call) {
      const { cost, time } = call;
      const count = countOf(call);
      addTo('calls', count);
      addTo(kindOf(call), count);
      const shadow = compareShadow(call);
      if (shadow !== undefined) addTo(SHADOW_SUMS[shadow], count);
      addTo('nanoUsd', cost?.nanoUsd ?? 0);
      addTo('inputTokens', cost?.inputTokens ?? 0);
      addTo('outputTokens', cost?.outputTokens ?? 0);
      if (first === undefined || time < first) first = time;
      if (last === undefined || time > last) last = time;
    },
    current: () => ({ ...sums, ...(first !== undefined && { first }), ...(last !== undefined && { last }) }),
  };
}

const SHADOW_SUMS = { gain: 'shadowGains', loss: 'shadowLosses', change: 'shadowChanges' } as const;

function kindOf({ refused, result }: Call): 'ok' | 'refused' | 'errors' | 'unknown' {
  if (refused) return 'refused';
  if (result.status === 'ok' || result.status === 'unknown') return result.status;
  return 'errors';
}
