import type { Trust } from './signatures.ts';
import { checkSignature } from './signed-head.ts';
import type { NamedHead, SignedHead } from './signed-head.ts';
import type { PublicKey } from './signing-key.ts';

/** A head that was kept elsewhere than in the directory that is verified. */
export interface GivenHead extends NamedHead {
  /** Where it was kept, in words: `--head`, `the store`. */
  readonly from: string;
  /** Absent: it is believed as it is. */
  readonly signed?: SignedHead;
}

/** What became of a head that was given. */
export interface HeadReport extends NamedHead {
  readonly from: string;
  /** True where nothing is wrong with the head itself; whether its chain agrees with it is said of the chain. */
  readonly ok: boolean;
  /** Whose signature it bears, and whether that key is trusted. Absent: it bears none. */
  readonly key?: string;
  readonly trusted?: boolean;
  readonly why?: string;
}

export interface CheckedHeads {
  readonly ok: boolean;
  /** Of each place and chain those that are not ok, and the furthest signed and unsigned one. */
  readonly reports: readonly HeadReport[];
  /** Those that a chain is held to. */
  readonly usable: readonly GivenHead[];
  /** Those among them that vouch for a chain. */
  confirming(chain: string): readonly GivenHead[];
}

/**
 * Checks what heads say about themselves.
 *
 * One with a wrong signature is not used, and is a finding of its own. One by a key that is not trusted, where keys are
 * required, still has to agree with its chain, but vouches for nothing.
 */
export function checkGivenHeads(
  heads: readonly GivenHead[],
  trust: Trust,
  known: Map<string, PublicKey>,
): CheckedHeads {
  const checked = heads.map((given) => ({ given, report: toReport(given, trust, known) }));
  const usable = checked.filter(({ report }) => report.ok);
  const vouching = usable.filter(({ report }) => report.trusted !== false || !trust.isRequired);
  const byChain = Map.groupBy(
    vouching.map(({ given }) => given),
    ({ chain }) => chain,
  );
  return {
    ok: usable.length === checked.length,
    reports: worthTelling(checked.map(({ report }) => report)),
    usable: usable.map(({ given }) => given),
    confirming: (chain) => byChain.get(chain) ?? [],
  };
}

/** A file of all records of a sink has many thousand heads. */
function worthTelling(reports: readonly HeadReport[]): HeadReport[] {
  const furthest = new Map<string, HeadReport>();
  for (const report of reports) {
    const place = `${report.key ?? ''}:${report.chain}:${report.from}`;
    if (report.ok && report.seq >= (furthest.get(place)?.seq ?? 0)) furthest.set(place, report);
  }
  const told = new Set(furthest.values());
  return reports.filter((report) => !report.ok || told.has(report));
}

function toReport(given: GivenHead, trust: Trust, known: Map<string, PublicKey>): HeadReport {
  const { chain, seq, hash, from, signed } = given;
  const head = { chain, seq, hash, from };
  if (signed === undefined) return { ...head, ok: true };
  const signer = checkSignature(signed, known);
  if (typeof signer === 'string') return { ...head, ok: false, key: signed.key, why: signer };
  return { ...head, ok: true, key: signer.id, trusted: trust.keys.some(({ spki }) => spki === signer.spki) };
}
