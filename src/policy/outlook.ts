import { ALWAYS } from './cel/made.ts';
import type { Target } from '../catalog/entries.ts';
import type { Expression } from './cel/expression.ts';
import { findClashes } from './clashes.ts';
import { compareJson } from './compare-json.ts';
import { examineRules, type Finding } from './examine.ts';
import type { Facts } from './facts.ts';
import type { PinnedArgument, Region } from './narrow/region.ts';
import type { CompiledRule } from './policy-set.ts';

/**
 * What policy says of a target before all is known about the call: of a tool that is listed, say, whose arguments are not there yet.
 *
 * `open`: something permits it whatever comes, and nothing can deny it. `region`: it depends on what comes.
 */
export type Outlook =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open' }
  | { readonly kind: 'region'; readonly region: Region };

const CLOSED: Outlook = { kind: 'closed' };
const OPEN: Outlook = { kind: 'open' };

/** @param rules those that are about the principal and the target of `facts` */
export function lookAhead(rules: readonly CompiledRule[], facts: Facts): Outlook {
  return toOutlook(examineRules(rules, facts), facts.target);
}

/** @param findings of the rules that are about the principal and the target */
export function toOutlook(findings: readonly Finding[], target: Target): Outlook {
  const permits: Finding[] = [];
  const denies: Expression[] = [];
  let isOpen = false;
  let isObliged = false;
  for (const finding of findings) {
    const { rule, verdict } = finding;
    isObliged ||= rule.duties !== undefined;
    if (rule.effect === 'deny') {
      if (verdict.kind === 'true' || verdict.kind === 'error') return CLOSED;
      if (verdict.kind === 'unknown') denies.push(verdict.residual);
    } else if (rule.effect === 'permit' && (verdict.kind === 'true' || verdict.kind === 'unknown')) {
      permits.push(finding);
      isOpen ||= verdict.kind === 'true';
    }
  }
  if (permits.length === 0) return CLOSED;
  if (isObliged) denies.push(...findClashes(findings, target));
  if (denies.includes(ALWAYS)) return CLOSED;
  if (isOpen && denies.length === 0) return OPEN;
  const pinned = isOpen ? [] : findPinned(permits, target);
  return {
    kind: 'region',
    region: {
      permits: isOpen ? [ALWAYS] : permits.flatMap(residualOf),
      denies,
      ...(pinned.length > 0 && { pinned }),
    },
  };
}

/** What every permit pins to one value. */
function findPinned(permits: readonly Finding[], target: Target): PinnedArgument[] {
  const [first = [], ...others] = permits.map(({ rule }) => rule.duties?.of(target).pins ?? []);
  return first
    .filter((pin) =>
      others.every((pins) =>
        pins.some(({ pointer, value }) => pointer === pin.pointer && compareJson(value, pin.value)),
      ),
    )
    .map(({ path, value }) => ({ path, value }));
}

function residualOf({ verdict }: Finding): Expression[] {
  return verdict.kind === 'unknown' ? [verdict.residual] : [];
}
