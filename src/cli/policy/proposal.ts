import { loadPolicies } from '../../policy/load.ts';
import type { PolicySet } from '../../policy/policy-set.ts';
import { readSide } from './git/read-side.ts';
import type { Offer } from './offer.ts';

/** Policies that are tried on something, without being in force. */
export interface Proposal {
  /** As people named it. */
  readonly name: string;
  readonly policy: PolicySet;
  readonly notes: readonly string[];
}

/**
 * The policies that folders, files and Git revisions hold together; without any, those of the configuration.
 *
 * @throws BailiwickError `USAGE` for what is none of these, `CONFIGURATION` for what is wrong in them.
 */
export async function readProposal(
  words: readonly string[],
  { loaded, policy }: Pick<Offer, 'loaded' | 'policy'>,
): Promise<Proposal> {
  if (words.length === 0) return { name: 'the policies of the configuration', policy, notes: [] };
  const sides = await Promise.all(words.map((word) => readSide(word, loaded)));
  return {
    name: words.join(' '),
    policy: loadPolicies(sides.flatMap((side) => side.policies)),
    notes: sides.flatMap((side) => side.notes),
  };
}
