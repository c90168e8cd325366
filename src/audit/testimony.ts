import { isJsonObject } from '../catalog/json.ts';
import { isHash, isPosition } from './signed-head.ts';
import type { NamedHead } from './signed-head.ts';
import type { VerifiedLine } from './verify-line.ts';

/** A head of a chain that a record of another chain names. */
export interface Claim extends NamedHead {
  readonly time: string;
  /** The chain whose record says so. */
  readonly by: string;
}

/** What was removed on purpose, as a record says: a chain's records up to `to`, whose hash is `hash`. */
export interface Removal {
  readonly chain: string;
  readonly to: number;
  readonly hash: string;
  /** Of each chain that is gone altogether, the last record was not newer than this. */
  readonly until: string;
  /** The record that says so. */
  readonly by: NamedHead;
}

/** What a record says about other chains, and about what is not there any more. */
export interface Testimony {
  readonly claims: readonly Claim[];
  readonly removals: readonly Removal[];
}

const NOTHING: Testimony = { claims: [], removals: [] };

export function readTestimony({ type, detail, chain, seq, hash }: VerifiedLine): Testimony {
  if ((type !== 'checkpoint' && type !== 'repair') || !isJsonObject(detail)) return NOTHING;
  if (type === 'checkpoint') {
    const previous = Array.isArray(detail['previous']) ? detail['previous'] : [];
    return { claims: previous.flatMap((one) => toClaim(one, chain) ?? []), removals: [] };
  }
  if (detail['change'] === 'removed') {
    const { until, removed } = detail;
    if (typeof until !== 'string' || !Array.isArray(removed)) return NOTHING;
    return {
      claims: [],
      removals: removed.flatMap((one) => toRemoval(one, until, { chain, seq, hash }) ?? []),
    };
  }
  const head = isJsonObject(detail['head']) ? { ...detail['head'], chain: detail['chain'] } : undefined;
  const claim = toClaim(head, chain);
  return { claims: claim ? [claim] : [], removals: [] };
}

function toClaim(value: unknown, by: string): Claim | undefined {
  if (!isJsonObject(value)) return undefined;
  const { chain, seq, hash, time } = value;
  if (typeof chain !== 'string' || typeof time !== 'string' || chain === by) return undefined;
  return isPosition(seq) && isHash(hash) ? { chain, seq, hash, time, by } : undefined;
}

function toRemoval(value: unknown, until: string, by: NamedHead): Removal | undefined {
  if (!isJsonObject(value)) return undefined;
  const { chain, to, hash } = value;
  return typeof chain === 'string' && isPosition(to) && isHash(hash)
    ? { chain, to, hash, until, by }
    : undefined;
}
