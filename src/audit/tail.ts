import type { GivenHead } from './given-heads.ts';
import type { ChainVerdict } from './verify-chain.ts';

/** How far a chain can be vouched for. */
export interface Tail {
  /** The last record that something else than the chain's own hashes vouches for; 0: none. */
  readonly vouchedUntil: number;
  /** True when a head kept elsewhere confirms that record; false when only a signature of a trusted key does, or nothing. */
  readonly confirmed: boolean;
  /** Where that head was kept, in words: `--head`, `the store`. */
  readonly confirmedBy?: string;
  /** The same in plain words. */
  readonly note: string;
}

export function toTail({ head, signatures }: ChainVerdict, given: readonly GivenHead[]): Tail {
  const confirming = given.filter(({ seq }) => seq > 0 && seq <= head.seq);
  const confirmedUntil = confirming.reduce((furthest, { seq }) => Math.max(furthest, seq), 0);
  const signedUntil = Math.min(signatures.trustedUntil, head.seq);
  const vouchedUntil = Math.max(confirmedUntil, signedUntil);
  const parts: string[] = [];
  const from = confirming.find(({ seq }) => seq === confirmedUntil)?.from;
  if (from !== undefined) {
    const until =
      confirmedUntil === head.seq
        ? `to its end, record ${confirmedUntil},`
        : `up to record ${confirmedUntil}`;
    parts.push(`confirmed ${until} by ${from}`);
  }
  if (signedUntil > confirmedUntil) {
    parts.push(
      `signed up to record ${signedUntil} by ${signatures.trusted.join(', ')}; whoever holds that key could have written it anew`,
    );
  }
  if (signatures.unknown.length > 0) {
    parts.push(
      `signed by ${signatures.unknown.join(', ')}, which is not known here: anybody could have made that key`,
    );
  }
  if (confirmedUntil === 0) parts.push('no head of this chain was given');
  parts.push(whatIsNotKnown(vouchedUntil, confirmedUntil, head.seq));
  return {
    vouchedUntil,
    confirmed: confirmedUntil > 0 && confirmedUntil === vouchedUntil,
    ...(from !== undefined && { confirmedBy: from }),
    note: parts.join('; '),
  };
}

function whatIsNotKnown(vouchedUntil: number, confirmedUntil: number, end: number): string {
  if (vouchedUntil === 0) {
    return `it agrees with itself up to record ${end}, and no more than that is known: records cut off after it, or a chain whose hashes were all computed anew, would not be noticed`;
  }
  const beyond =
    end > vouchedUntil
      ? `from record ${vouchedUntil + 1} on (to ${end}) it can only be said to agree with itself; `
      : '';
  const cut = confirmedUntil === 0 ? 'at the end' : `after record ${confirmedUntil}`;
  return `${beyond}records cut off ${cut} would not be noticed`;
}
