import type { Expression } from './cel/expression.ts';
import { examineRules, type Finding } from './examine.ts';
import type { Facts } from './facts.ts';
import type { Region } from './narrow/region.ts';
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
  const findings = examineRules(rules, facts);
  const isOf = (effect: string, ...kinds: readonly string[]): Finding[] =>
    findings.filter(({ rule, verdict }) => rule.effect === effect && kinds.includes(verdict.kind));
  if (isOf('deny', 'true', 'error').length > 0) return CLOSED;
  const permits = isOf('permit', 'true', 'unknown');
  if (permits.length === 0) return CLOSED;
  const denies = isOf('deny', 'unknown').flatMap(residualOf);
  const isOpen = permits.some(({ verdict }) => verdict.kind === 'true');
  if (isOpen && denies.length === 0) return OPEN;
  return {
    kind: 'region',
    region: { permits: isOpen ? [ALWAYS] : permits.flatMap(residualOf), denies },
  };
}

const ALWAYS: Expression = { kind: 'constant', value: true, at: { start: 0, end: 0 } };

function residualOf({ verdict }: Finding): Expression[] {
  return verdict.kind === 'unknown' ? [verdict.residual] : [];
}
