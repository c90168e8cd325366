import type { Target } from '../../catalog/entries.ts';
import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { Principal } from '../../identity/principal.ts';
import type { PolicySet } from '../policy-set.ts';
import { compareJudgements, type Changes } from './changes.ts';
import type { Difference, Entry, EntryTarget } from './difference.ts';
import { compareLimits } from './limits.ts';
import type { NamedPrincipal } from './principals.ts';
import { factsAt, type VariablePath } from '../cel/places.ts';
import { createConsequences, createRuleTable, type RuleTable } from './rule-tables.ts';
import { signaturesUnder } from './signature.ts';
import { judge, type Judgement } from './standing.ts';

/** What two policy sets are compared for. */
export interface Comparison {
  readonly before: PolicySet;
  readonly after: PolicySet;
  readonly targets: readonly ComparedTarget[];
  readonly principals: readonly NamedPrincipal[];
}

export interface ComparedTarget {
  readonly target: Target;
  readonly shown: EntryTarget;
}

/** How much of the work is done, from 0 to 1. */
export type Done = number;

type Verdict = Changes & Pick<Entry, 'before' | 'after'>;

/**
 * Who gains and who loses what. Stops now and then, so that whoever drives it can do something else.
 *
 * Principals whom neither set tells apart are compared once; and a principal and a target only where the rules that are about both do
 * something else on one side than on the other. Entries are in the order of the principals, then of the targets.
 */
export function* comparePolicies({
  before,
  after,
  targets,
  principals,
}: Comparison): Generator<Done, Difference> {
  const consequenceOf = createConsequences();
  const tables = [before, after].map((policy) => createRuleTable(policy, consequenceOf)) as [
    RuleTable,
    RuleTable,
  ];
  const signatureOf = signaturesUnder([before, after]);
  const byCase = new Map<string, Verdict>();
  const bySignature = new Map<string, readonly (readonly [ComparedTarget, Verdict])[]>();
  const gains: Entry[] = [];
  const losses: Entry[] = [];
  const narrowed: Entry[] = [];

  for (const [count, { name, principal }] of principals.entries()) {
    const signature = signatureOf(principal);
    let found = bySignature.get(signature);
    if (found === undefined) {
      const rows: (readonly [ComparedTarget, Verdict])[] = [];
      const applies = tables.map((table) => table.appliesTo(principal));
      for (const [index, compared] of targets.entries()) {
        const row = compareOne(compared.target, index, principal, tables, applies, byCase);
        if (row !== undefined) rows.push([compared, row]);
        if (index % 32 === 31) yield (count + index / targets.length) / principals.length;
      }
      bySignature.set(signature, (found = rows));
    }
    for (const [{ shown: target }, verdict] of found) {
      const { before: then, after: now } = verdict;
      const toEntry = (changes: Entry['changes']): Entry[] =>
        changes.length === 0 ? [] : [{ principal: name, target, before: then, after: now, changes }];
      gains.push(...toEntry(verdict.gains));
      losses.push(...toEntry(verdict.losses));
      narrowed.push(...toEntry(verdict.narrowed));
    }
    yield (count + 1) / principals.length;
  }
  return { gains, losses, narrowed, limits: compareLimits(before.limits, after.limits) };
}

function compareOne(
  target: Target,
  targetIndex: number,
  principal: Principal,
  tables: readonly [RuleTable, RuleTable],
  applies: readonly (readonly boolean[])[],
  byCase: Map<string, Verdict>,
): Verdict | undefined {
  const about = tables.map((table, side) => table.about(target).filter((index) => applies[side]?.[index]));
  const consequences = about.map((indexes, side) =>
    [...new Set(indexes.map((index) => tables[side]?.consequences[index] ?? -1))]
      .toSorted((a, b) => a - b)
      .join(','),
  );
  if (consequences[0] === consequences[1]) return undefined;
  const places = new Map<string, VariablePath>();
  for (const [side, indexes] of about.entries()) {
    for (const index of indexes) {
      for (const place of tables[side]?.places[index] ?? []) places.set(JSON.stringify(place), place);
    }
  }
  // In an order of their own: rules that do the same may stand in another order elsewhere.
  const ordered = [...places].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place);
  const facts = toCanonicalJson(factsAt(principal, ordered));
  const key = [targetIndex, ...consequences, facts].join(' ');
  const known = byCase.get(key);
  if (known !== undefined) return known;
  const [then, now] = tables.map((table, side) =>
    judge(
      (about[side] ?? []).flatMap((index) => table.rules[index] ?? []),
      { principal, target, ...(target.kind === 'resource' && { args: {} }) },
    ),
  ) as [Judgement, Judgement];
  const verdict = { ...compareJudgements(then, now, target), before: then.standing, after: now.standing };
  byCase.set(key, verdict);
  return verdict;
}
