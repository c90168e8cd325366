import type { Call } from './call.ts';

/** The effects of decisions, from the one that closes to the one that opens. */
const EFFECTS: readonly unknown[] = ['deny', 'approve', 'permit'];

/**
 * What a call is to the shadow policies: one that they would let go further (a gain), less far (a loss), or as far, by other rules or with
 * other obligations (a change). Undefined: they decide the same, or there are none.
 */
export function compareShadow({
  decision,
  detail,
}: Pick<Call, 'decision' | 'detail'>): 'gain' | 'loss' | 'change' | undefined {
  const shadow = detail?.['shadow'];
  if (typeof shadow !== 'object' || shadow === null || !('effect' in shadow)) return undefined;
  const here = EFFECTS.indexOf(decision?.effect ?? 'deny');
  const there = EFFECTS.indexOf(shadow.effect);
  if (here === there || here < 0 || there < 0) return 'change';
  return there > here ? 'gain' : 'loss';
}
