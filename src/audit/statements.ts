import type { Head } from './chain.ts';
import type { GivenHead } from './given-heads.ts';
import type { NamedHead } from './signed-head.ts';
import type { Claim, Removal } from './testimony.ts';
import type { ChainVerdict, ExpectedHead } from './verify-chain.ts';

/** Everything that is said about a chain from outside of it, gathered while chains are read. */
export interface Statements {
  addClaim(claim: Claim): void;
  addRemoval(removal: Removal): void;
  /** Once all chains were read: forgets removals that only say so themselves. */
  keepRemovals(isBelieved: (by: NamedHead) => boolean): void;
  /** The records that a chain has to hold, as far as is known by now. */
  heads(chain: string): readonly ExpectedHead[];
  /** The chain is about to be compared with all that is known by now. */
  begin(chain: string): void;
  /** Chains of which more was said since they were compared, and whose own end does not settle it. */
  unchecked(verdicts: ReadonlyMap<string, ChainVerdict>): readonly string[];
  /** True where a record says that the chain's beginning was removed, up to this head. */
  isRemoved(chain: string, until: Head): boolean;
  /** Chains that are named and not there; `removed` are those that a record accounts for. */
  absent(found: { has(chain: string): boolean }): { absent: readonly string[]; removed: readonly string[] };
}

interface Statement extends ExpectedHead {
  /** When the record was written; absent: not known. */
  readonly time?: string;
}

export function createStatements(given: readonly GivenHead[]): Statements {
  const statements = new Map<string, Statement[]>();
  const known = new Set<string>();
  const removals = new Map<string, Removal[]>();
  const compared = new Map<string, number>();
  /** Of each chain that is gone altogether, the last record was not newer than this. */
  let goneUntil = '';

  function add(chain: string, statement: Statement): void {
    const one = `${chain}:${statement.seq}:${statement.hash}`;
    if (known.has(one)) return;
    known.add(one);
    const said = statements.get(chain);
    if (said === undefined) statements.set(chain, [statement]);
    else said.push(statement);
  }
  for (const { chain, seq, hash, from, signed } of given) {
    add(chain, { seq, hash, from, ...(signed && { time: signed.time }) });
  }

  function isAccountedFor(chain: string): boolean {
    return (statements.get(chain) ?? []).every(
      ({ seq, time }) =>
        (time !== undefined && time <= goneUntil) || (removals.get(chain) ?? []).some(({ to }) => to >= seq),
    );
  }

  return {
    addClaim: ({ chain, seq, hash, time, by }) => add(chain, { seq, hash, time, from: `the chain ${by}` }),
    addRemoval(removal) {
      const others = removals.get(removal.chain);
      if (others === undefined) removals.set(removal.chain, [removal]);
      else others.push(removal);
    },
    keepRemovals(isBelieved) {
      for (const [chain, said] of removals) {
        const believed = said.filter(({ by }) => isBelieved(by));
        removals.set(chain, believed);
        for (const { until } of believed) if (until > goneUntil) goneUntil = until;
      }
    },
    heads: (chain) => statements.get(chain) ?? [],
    begin: (chain) => void compared.set(chain, statements.get(chain)?.length ?? 0),
    unchecked: (verdicts) =>
      [...statements].flatMap(([chain, said]) => {
        const verdict = verdicts.get(chain);
        const later = said.slice(compared.get(chain));
        if (!verdict?.ok) return [];
        const isSettled = later.every(
          ({ seq, hash }) => seq === verdict.head.seq && hash === verdict.head.hash,
        );
        return isSettled ? [] : [chain];
      }),
    isRemoved: (chain, { seq, hash }) =>
      (removals.get(chain) ?? []).some((removal) => removal.to === seq && removal.hash === hash),
    absent(found) {
      const missing = [...statements.keys()].filter((chain) => !found.has(chain));
      const removed = missing.filter(isAccountedFor);
      return { absent: missing.filter((chain) => !removed.includes(chain)), removed };
    },
  };
}
