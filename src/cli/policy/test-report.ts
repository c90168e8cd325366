import type { Coverage } from '../../policy/coverage.ts';
import type { Decision } from '../../policy/decision.ts';
import { describeTarget, type CaseOutcome } from '../../policy/run-tests.ts';
import { visible, visibleOnOneLine } from '../audit/safe-text.ts';
import { count } from '../lock-text.ts';
import { paint } from '../terminal.ts';

/** How many rules that never decided are named without `--coverage`. */
const FEW_RULES = 5;

/** File, tests, cases, with a tick or a cross; of what failed what was expected, what was decided, and why. */
export function describeOutcomes(outcomes: readonly CaseOutcome[]): string {
  const lines: string[] = [];
  for (const [file, ofFile] of Map.groupBy(outcomes, (one) => one.case.at.file)) {
    lines.push(paint('bold', visible(file)));
    for (const [, ofTest] of Map.groupBy(ofFile, (one) => one.case.at.line))
      lines.push(...describeTest(ofTest));
  }
  return lines.join('\n');
}

/** A test of one principal is one line; of several it is one for each. */
function describeTest(cases: readonly CaseOutcome[]): string[] {
  const [first] = cases;
  if (first === undefined) return [];
  if (cases.length === 1) return describeCase(first, visible(first.case.name), as(first), '  ');
  return [
    `  ${markOf(cases.every(isPassed))} ${visible(first.case.name)}`,
    ...cases.flatMap((one) => describeCase(one, visible(`as ${one.case.as}`), '', '    ')),
  ];
}

function describeCase(one: CaseOutcome, title: string, beside: string, indent: string): string[] {
  if (isPassed(one)) return [`${indent}${markOf(true)} ${title}${beside}`];
  const { file, line } = one.case.at;
  const inner = `${indent}    `;
  const width = Math.max(0, ...one.says.map(({ id }) => visible(id).length));
  return [
    `${indent}${markOf(false)} ${paint('red', title)}${beside}  ${paint('dim', `${visible(file)}:${line}`)}`,
    ...one.failures.map((failure) => `${inner}${visibleOnOneLine(failure)}`),
    ...(one.case.kind === 'decision' ? [paint('dim', `${inner}${visible(describeCall(one.case))}`)] : []),
    ...one.says.map(({ id, effect, say }) =>
      paint('dim', `${inner}${visible(id).padEnd(width)}  ${effect.padEnd(7)}  ${visibleOnOneLine(say)}`),
    ),
    ...(one.says.length === 0 ? [paint('dim', `${inner}no rule is about this caller and this target`)] : []),
  ];
}

function describeCall({
  target,
  args,
  now,
  call,
}: Extract<CaseOutcome['case'], { kind: 'decision' }>): string {
  const text = JSON.stringify(args);
  const shown = text.length > 200 ? `${text.slice(0, 199)}…` : text;
  return `${describeTarget(target)} ${shown} at ${new Date(now).toISOString()} by ${call.endpoint}`;
}

/**
 * How many passed and failed, and which rules no case needed.
 *
 * @param options `all`: name every rule; `isPart`: only some of the tests ran, so what the others need is not told
 */
export function describeSummary(
  { passed, failed }: { readonly passed: number; readonly failed: number },
  { percent, rules }: Coverage,
  options: { readonly all: boolean; readonly isPart: boolean },
): string {
  const never = rules.filter(({ cases }) => cases === 0);
  const decided = `${rules.length - never.length} of ${count(rules.length, 'rule')} decided in some case (${percent} %)`;
  const verdict = [
    ...(failed > 0 ? [paint('red', `${failed} failed`)] : []),
    passed > 0 ? paint('green', `${passed} passed`) : `${passed} passed`,
  ].join(', ');
  if (options.isPart && !options.all) return verdict;
  const lines = options.all
    ? rules.map(({ id, cases, file, line }) => {
        const text = `  ${String(cases).padStart(4)}  ${visible(id)}  ${visible(file)}:${line}`;
        return cases === 0 ? paint('yellow', text) : text;
      })
    : never
        .slice(0, FEW_RULES)
        .map(({ id, file, line }) => `  never  ${visible(id)}  ${visible(file)}:${line}`);
  const more = options.all ? 0 : Math.max(0, never.length - FEW_RULES);
  return [
    verdict,
    decided,
    ...lines,
    ...(more > 0 ? [`  … and ${more} more: --coverage names all`] : []),
  ].join('\n');
}

/** One case for programs. */
export function toCaseDocument(outcome: CaseOutcome): Record<string, unknown> {
  const { case: one, failures, decided, says } = outcome;
  const { file, line, column } = one.at;
  const shared = { file, line, column, name: one.name, as: one.as, passed: isPassed(outcome) };
  const findings = { failures, ...(says.length > 0 && { rules: says }) };
  if (one.kind === 'view') {
    const narrows = [...new Set(namesOf(one.narrows))];
    return {
      ...shared,
      view: { shows: namesOf(one.shows), hides: namesOf(one.hides), narrows },
      ...findings,
    };
  }
  const { expect, because, obligations, target, args, now } = one;
  return {
    ...shared,
    target: describeTarget(target),
    args,
    at: new Date(now).toISOString(),
    expected: {
      effect: expect,
      ...(because !== undefined && { because }),
      ...(obligations !== undefined && { obligations }),
    },
    decided: decided satisfies Decision | undefined,
    ...findings,
  };
}

export function isPassed({ failures }: CaseOutcome): boolean {
  return failures.length === 0;
}

function as({ case: one }: CaseOutcome): string {
  return paint('dim', `  as ${visible(one.as)}`);
}

function markOf(passed: boolean): string {
  return passed ? paint('green', '✓') : paint('red', '✗');
}

function namesOf(list: readonly { readonly name: string }[]): string[] {
  return list.map(({ name }) => name);
}
