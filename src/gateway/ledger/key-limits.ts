import type { KeyLimit } from '../../identity/keys/key-record.ts';
import type { OwnLimits } from '../../identity/keys/virtual-keys.ts';
import type { Principal } from '../../identity/principal.ts';
import type { CompiledLimit, LimitMeasure } from '../../policy/limit.ts';

/** Limits of keys, for the Ledger: made once for each key as it is. */
export function createKeyLimits(
  limitsOf: (principal: Principal) => OwnLimits | undefined,
): (principal: Principal) => readonly CompiledLimit[] {
  const compiled = new WeakMap<OwnLimits, readonly CompiledLimit[]>();
  return function keyLimits(principal) {
    const own = limitsOf(principal);
    if (own === undefined) return [];
    let limits = compiled.get(own);
    if (limits === undefined) {
      limits = compileKeyLimits(own);
      compiled.set(own, limits);
    }
    return limits;
  };
}

/**
 * The limits of one key as policies have them, called `key/<name>/1` and so on. The key that follows it by rotation counts on
 * where it stood, so the name is that of the first.
 */
export function compileKeyLimits({ lineage, limits }: OwnLimits): CompiledLimit[] {
  return limits.map((limit, index) => {
    const id = `key/${lineage}/${index + 1}`;
    return {
      id,
      // Whoever shows the key; it is looked up by it, so nobody else is asked about.
      who: {},
      measures: [toMeasure(limit)],
      positionOf: () => ({ file: id, line: 1, column: 1 }),
      matchesPrincipal: () => true,
      matchesTarget: () => true,
    };
  });
}

const WINDOW_MS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

function toMeasure(limit: KeyLimit): LimitMeasure {
  const base = { by: 'rule', mode: 'hard', onLoss: 'charge' } as const;
  switch (limit.kind) {
    case 'rate':
      return { kind: 'rate', unit: 'calls', amount: limit.calls, windowMs: WINDOW_MS[limit.per], ...base };
    case 'concurrency':
      return { kind: 'concurrency', amount: limit.calls, ...base };
    case 'budget':
      return {
        kind: 'budget',
        unit: limit.unit,
        amount: limit.amount,
        per: limit.per,
        alertAt: [0.8, 1],
        ...base,
      };
  }
}
