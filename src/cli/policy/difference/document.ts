import type { Difference } from '../../../policy/diff/difference.ts';
import type { NamedPrincipal } from '../../../policy/diff/principals.ts';
import type { DifferenceReport } from './report.ts';

/** What `policy diff --json` prints. */
export interface DifferenceDocument extends Difference {
  readonly before: string;
  readonly after: string;
  /** Everybody who was compared, under the names that entries have. */
  readonly principals: readonly NamedPrincipal[];
  readonly targets: number;
  readonly notes: readonly string[];
}

export function toDocument({ targets, ...report }: DifferenceReport): DifferenceDocument {
  const { before, after, gains, losses, narrowed, limits, principals, notes } = report;
  return { before, after, gains, losses, narrowed, limits, principals, targets: targets.length, notes };
}
