import type { Comparison, Member } from './oracle/compare.ts';

/** A reason for which the oracle's request may differ from ours, with the sentence that says whose is right. */
export interface Exclusion {
  readonly id: string;
  /** What the two sides do. */
  readonly what: string;
  /** The sentence of a specification that decides. */
  readonly rightBy: string;
  /** The members of a request that it explains; a difference in any other stays a difference. */
  readonly explains: readonly Member[];
  /** True only where this call really hits the class. */
  readonly applies: (comparison: Comparison) => boolean;
}

export const EXCLUSIONS: readonly Exclusion[] = [];
