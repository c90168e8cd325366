import { toSkeleton } from '../../text/skeleton.ts';
import type { Problem } from '../problem.ts';
import type { PlacedRule, RulePath } from '../rule.ts';
import { strangersOf } from './look-alike.ts';

const MEMBERS = ['scopes', 'groups', 'team', 'subject', 'client'] as const;

interface Spelling {
  readonly value: string;
  readonly rule: Pick<PlacedRule, 'id' | 'who' | 'positionOf'>;
  readonly path: RulePath;
}

/** Names of callers that look like one another and are not the same: what one rule closes, another opens. */
export function findLookAlikes(rules: readonly Spelling['rule'][]): Problem[] {
  const firsts = new Map<string, Map<string, Spelling>>();
  for (const rule of rules) {
    for (const member of MEMBERS) {
      for (const [index, value] of (rule.who?.[member] ?? []).entries()) {
        const key = `${member}\0${toSkeleton(value)}`;
        const spellings = firsts.get(key) ?? new Map<string, Spelling>();
        firsts.set(key, spellings);
        if (!spellings.has(value)) spellings.set(value, { value, rule, path: ['who', member, index] });
      }
    }
  }
  return [...firsts.values()].flatMap((spellings) => {
    const [plain, ...others] = [...spellings.values()].toSorted(
      (a, b) => strangersOf(a.value).length - strangersOf(b.value).length,
    );
    return others.flatMap(({ value, rule, path }): Problem[] => {
      const strangers = strangersOf(value);
      if (plain === undefined || strangers.length === 0) return [];
      const message = `${rule.id}: \`${value}\` looks like \`${plain.value}\` of ${plain.rule.id}, but has ${strangers.join(', ')} in it`;
      return [{ ...rule.positionOf(path), message }];
    });
  });
}
