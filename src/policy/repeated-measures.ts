import { toCanonicalJson } from '../catalog/canonical.ts';
import type { LimitMeasure, PlacedLimit } from './limit.ts';
import type { Problem } from './problem.ts';

/**
 * Measures of a limit that are about the same as another one of it, in the same mode. Only the smaller amount would ever
 * count, and the other would deceive its reader. A soft one beside a hard one is an early warning, and means something.
 */
export function findRepeatedMeasures(limit: PlacedLimit): Problem[] {
  const seen = new Set<string>();
  const indexes = { rate: 0, concurrency: 0, budget: 0 };
  return limit.measures.flatMap((measure) => {
    const index = indexes[measure.kind]++;
    const subject = toCanonicalJson(toSubject(measure));
    if (!seen.has(subject)) {
      seen.add(subject);
      return [];
    }
    const message = `${limit.id}: another ${measure.kind} of this limit is about the same, so only the smaller amount counts; remove one of them`;
    return [{ ...limit.positionOf([measure.kind, index]), message }];
  });
}

/** What a measure is about, without how much it allows. */
function toSubject(measure: LimitMeasure): unknown {
  const { kind, by, mode } = measure;
  if (measure.kind === 'rate') return { kind, by, mode, unit: measure.unit, windowMs: measure.windowMs };
  if (measure.kind === 'concurrency') return { kind, by, mode };
  return { kind, by, mode, unit: measure.unit, per: measure.per, timeZone: measure.timeZone };
}
