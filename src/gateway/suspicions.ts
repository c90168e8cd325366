import type { Contribution } from '../catalog/entries.ts';
import { findLookAlikes, type Suspicion } from './look-alikes.ts';
import { findShadowing } from './shadowing.ts';

/** Everything about what sources offer together that is worth a second look. */
export function findSuspicions(offers: readonly Contribution[]): Suspicion[] {
  return [...findLookAlikes(offers), ...findShadowing(offers)];
}
