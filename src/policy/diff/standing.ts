import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { Expression } from '../cel/expression.ts';
import { writeExpression } from '../cel/write.ts';
import { examineRules, type Finding } from '../examine.ts';
import type { Facts } from '../facts.ts';
import { narrow } from '../narrow/narrow.ts';
import type { Narrowing, Region } from '../narrow/region.ts';
import { lookAhead, type Outlook } from '../outlook.ts';
import type { CompiledRule } from '../policy-set.ts';
import type { RuleObligations } from '../rule.ts';
import type { Standing } from './difference.ts';

/** What policy makes of one principal's calls of one target, in a form in which two can be compared. */
export interface Judgement {
  readonly isShown: boolean;
  /** The calls that are permitted, or can be approved; undefined where there are none. */
  readonly allowed: Region | undefined;
  /** Those of them that need no human's yes. */
  readonly free: Region | undefined;
  readonly obligations: NonNullable<Standing['obligations']>;
  readonly standing: Standing;
}

const ALWAYS: Expression = { kind: 'constant', value: true, at: { start: 0, end: 0 } };
const EVERYTHING: Region = { permits: [ALWAYS], denies: [] };
const ANY_ARGUMENTS = { inputSchema: { type: 'object' } };

/** @param rules those that are about the principal and the target of `facts` */
export function judge(rules: readonly CompiledRule[], facts: Facts): Judgement {
  const allowed = outlookOf(rules, facts);
  const { region } = allowed;
  if (region === undefined) {
    return {
      isShown: false,
      allowed: undefined,
      free: undefined,
      obligations: [],
      standing: { effect: 'deny' },
    };
  }
  // Where an approval matches a call is not free; so for free calls it closes as a deny does.
  const closing = rules.map((rule): CompiledRule =>
    rule.effect === 'approve' ? { ...rule, effect: 'deny' } : rule,
  );
  const isEverFree = rules.every(({ effect }) => effect !== 'approve');
  const free = isEverFree ? allowed : outlookOf(closing, facts);
  const findings = examineRules(rules, facts).filter(({ verdict }) => verdict.kind !== 'false');
  const obligations = obligationsOf(findings);
  const approvers = approversOf(findings);
  const approval =
    free.region === undefined ? 'always' : textOf(free.region) === textOf(region) ? undefined : 'sometimes';
  return {
    isShown: true,
    allowed: region,
    free: free.region,
    obligations,
    standing: {
      effect: approval === 'always' ? 'approve' : 'permit',
      ...(region !== EVERYTHING && { when: 'sometimes' }),
      ...(approval !== undefined && { approval, approvers }),
      ...toSaid(allowed.narrowing),
      ...(obligations.length > 0 && { obligations }),
    },
  };
}

/** Equal for regions that are written alike, whatever the order of their parts. */
export function textOf({ permits, denies }: Region): string {
  return JSON.stringify([textsOf(permits), textsOf(denies)]);
}

function textsOf(expressions: readonly Expression[]): string[] {
  return [...new Set(expressions.map(writeExpression))].toSorted();
}

function outlookOf(
  rules: readonly CompiledRule[],
  facts: Facts,
): { region: Region | undefined; narrowing: Narrowing } {
  const outlook: Outlook = lookAhead(rules, facts);
  if (outlook.kind === 'closed') return { region: undefined, narrowing: { kind: 'nothing' } };
  if (outlook.kind === 'open') return { region: EVERYTHING, narrowing: { kind: 'everything' } };
  const { target } = facts;
  const narrowing = narrow(outlook.region, target.kind === 'tool' ? target.tool : ANY_ARGUMENTS);
  if (narrowing.kind === 'nothing') return { region: undefined, narrowing };
  return { region: narrowing.kind === 'everything' ? EVERYTHING : outlook.region, narrowing };
}

function toSaid(narrowing: Narrowing): Pick<Standing, 'limits' | 'words'> {
  if (narrowing.kind !== 'some') return {};
  const { limits, words } = narrowing;
  return { ...(limits.length > 0 && { limits }), ...(words !== undefined && { words }) };
}

/** Each once, in a stable order. */
function obligationsOf(findings: readonly Finding[]): NonNullable<Standing['obligations']> {
  const found = findings.flatMap(({ rule, verdict }) => {
    if (rule.obligations === undefined || (verdict.kind === 'error' && rule.effect === 'permit')) return [];
    const obligations: RuleObligations = rule.obligations;
    return [{ obligations, ...(verdict.kind === 'unknown' && { when: writeExpression(verdict.residual) }) }];
  });
  return unique(found);
}

function approversOf(findings: readonly Finding[]): NonNullable<Standing['approvers']> {
  return unique(
    findings.flatMap(({ rule }) => (rule.effect === 'approve' ? [rule.approvers ?? 'self'] : [])),
  );
}

function unique<T>(values: readonly T[]): T[] {
  const byText = new Map(values.map((value) => [toCanonicalJson(value), value]));
  return [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
