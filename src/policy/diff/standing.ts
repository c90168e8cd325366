import { ALWAYS } from '../cel/made.ts';
import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { Target } from '../../catalog/entries.ts';
import type { Expression } from '../cel/expression.ts';
import { writeExpression } from '../cel/write.ts';
import { examineRules, type Finding } from '../examine.ts';
import type { Facts } from '../facts.ts';
import { narrow } from '../narrow/narrow.ts';
import type { Narrowing, Region } from '../narrow/region.ts';
import { toOutlook, type Outlook } from '../outlook.ts';
import type { CompiledRule } from '../policy-set.ts';
import type { RuleObligations, Who } from '../rule.ts';
import type { Standing } from './difference.ts';

/** What policy makes of one principal's calls of one target, in a form in which two can be compared. */
export interface Judgement {
  readonly isShown: boolean;
  /** The calls that are permitted, or can be approved; undefined where there are none. */
  readonly allowed: Region | undefined;
  /** Those of them that need no human's yes. */
  readonly free: Region | undefined;
  readonly obligations: NonNullable<Standing['obligations']>;
  readonly duties: readonly Duty[];
  /** Who may say yes, each with its condition where it has one left. */
  readonly approvals: readonly { readonly approvers: 'self' | Who; readonly when?: string }[];
  readonly standing: Standing;
}

/** What one rule asks to be done with calls. */
export interface Duty {
  readonly obligations: RuleObligations;
  /** With which: what is left of the rule's condition and its pins. Absent: all. */
  readonly when?: Expression;
  /** It is asked, too, where the condition cannot be evaluated. */
  readonly orError: boolean;
}

/** What rules say of a principal's calls, before it is narrowed to what a target takes. */
export interface Outlooks {
  readonly allowed: Outlook;
  readonly free: Outlook;
  readonly obligations: Judgement['obligations'];
  readonly duties: Judgement['duties'];
  readonly approvals: Judgement['approvals'];
}

/** All calls; {@link Judgement} has this one and no other that is written alike. */
export const EVERYTHING: Region = { permits: [ALWAYS], denies: [] };
const ANY_ARGUMENTS = { inputSchema: { type: 'object' } };
const HIDDEN: Judgement = {
  isShown: false,
  allowed: undefined,
  free: undefined,
  obligations: [],
  duties: [],
  approvals: [],
  standing: { effect: 'deny' },
};

/** @param rules those that are about the principal and the target of `facts` */
export function judge(rules: readonly CompiledRule[], facts: Facts): Judgement {
  return judgeBy(lookAtRules(rules, facts), facts.target);
}

/** @param rules those that are about the principal and the target of `facts` */
export function lookAtRules(rules: readonly CompiledRule[], facts: Facts): Outlooks {
  const findings = examineRules(rules, facts);
  const allowed = toOutlook(findings, facts.target);
  const isEverFree = rules.every(({ effect }) => effect !== 'approve');
  const live = findings.filter(({ verdict }) => verdict.kind !== 'false');
  return {
    allowed,
    free: isEverFree ? allowed : toOutlook(findings.map(toClosing), facts.target),
    obligations: obligationsOf(live),
    duties: dutiesOf(live),
    approvals: approvalsOf(live),
  };
}

export function judgeBy(
  { allowed, free, obligations, duties, approvals }: Outlooks,
  target: Target,
): Judgement {
  const { region, narrowing } = narrowTo(allowed, target);
  if (region === undefined) return HIDDEN;
  const freeRegion = free === allowed ? region : narrowTo(free, target).region;
  const approval =
    freeRegion === undefined
      ? 'always'
      : freeRegion === region || textOf(freeRegion) === textOf(region)
        ? undefined
        : 'sometimes';
  return {
    isShown: true,
    allowed: region,
    free: freeRegion,
    obligations,
    duties,
    approvals,
    standing: {
      effect: approval === 'always' ? 'approve' : 'permit',
      ...(region !== EVERYTHING && { when: 'sometimes' }),
      ...(approval !== undefined && {
        approval,
        approvers: unique(approvals.map(({ approvers }) => approvers)),
      }),
      ...toSaid(narrowing),
      ...(obligations.length > 0 && { obligations }),
    },
  };
}

const texts = new WeakMap<Region, string>();

/** Equal for regions that are written alike, whatever the order of their parts. */
export function textOf(region: Region): string {
  let text = texts.get(region);
  if (text === undefined) {
    text = JSON.stringify([textsOf(region.permits), textsOf(region.denies)]);
    texts.set(region, text);
  }
  return text;
}

function textsOf(expressions: readonly Expression[]): string[] {
  return [...new Set(expressions.map(writeExpression))].toSorted();
}

/** Where an approval matches a call is not free; so for free calls it closes as a deny does. */
function toClosing(finding: Finding): Finding {
  if (finding.rule.effect !== 'approve') return finding;
  return { ...finding, rule: { ...finding.rule, effect: 'deny' } };
}

function narrowTo(outlook: Outlook, target: Target): { region: Region | undefined; narrowing: Narrowing } {
  if (outlook.kind === 'closed') return { region: undefined, narrowing: { kind: 'nothing' } };
  if (outlook.kind === 'open') return { region: EVERYTHING, narrowing: { kind: 'everything' } };
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
  const found = findings.flatMap(({ rule, verdict, condition = verdict }) => {
    if (rule.obligations === undefined || (verdict.kind === 'error' && rule.effect === 'permit')) return [];
    const obligations: RuleObligations = rule.obligations;
    return [
      { obligations, ...(condition.kind === 'unknown' && { when: writeExpression(condition.residual) }) },
    ];
  });
  return unique(found);
}

function dutiesOf(findings: readonly Finding[]): Duty[] {
  return findings.flatMap(({ rule: { obligations, effect }, verdict }) => {
    if (obligations === undefined || (verdict.kind === 'error' && effect === 'permit')) return [];
    const when = verdict.kind === 'unknown' ? { when: verdict.residual } : {};
    return [{ obligations, orError: effect === 'approve', ...when }];
  });
}

function approvalsOf(findings: readonly Finding[]): Judgement['approvals'] {
  return unique(
    findings.flatMap(({ rule, verdict, condition = verdict }) => {
      if (rule.effect !== 'approve') return [];
      const when = condition.kind === 'unknown' ? writeExpression(condition.residual) : undefined;
      return [{ approvers: rule.approvers ?? ('self' as const), ...(when !== undefined && { when }) }];
    }),
  );
}

function unique<T>(values: readonly T[]): T[] {
  const byText = new Map(values.map((value) => [toCanonicalJson(value), value]));
  return [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
