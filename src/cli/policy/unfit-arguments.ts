import type { JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { BailiwickError } from '../../errors.ts';
import { validateArguments } from '../../gateway/validate-arguments.ts';
import type { PolicySet } from '../../policy/policy-set.ts';
import type { Problem } from '../../policy/problem.ts';
import { describeTarget, type CaseOutcome } from '../../policy/run-tests.ts';
import { setArguments } from '../../policy/set-arguments.ts';
import { pinsOf } from '../../policy/settle.ts';
import { takesArgument } from '../../policy/takes-argument.ts';
import { fromPointer } from '../../text/pointer.ts';

/**
 * Calls of tests that would never be sent, because their tool does not take such arguments: a test of one may pass for another reason
 * than its author has in mind. What rules set counts. Top-level arguments that a tool does not have are said elsewhere.
 */
export function findUnfit(policy: PolicySet, outcomes: readonly CaseOutcome[]): Problem[] {
  const found = new Map<string, Problem>();
  for (const outcome of outcomes) {
    const { case: one } = outcome;
    if (one.kind !== 'decision' || one.target.kind !== 'tool') continue;
    const problems = problemsOf(one.target.tool, argumentsSent(policy, outcome, one));
    if (problems.length === 0) continue;
    const message = `${describeTarget(one.target)} does not take these arguments: ${problems.join('; ')}; such a call is refused whatever policy says`;
    const { file, line, column } = one.at;
    found.set(`${file}\0${line}\0${column}\0${message}`, { ...one.at, message });
  }
  return [...found.values()];
}

/** As the gateway checks them: with what is obliged, and of a call that is denied with what rules about it would have set. */
function argumentsSent(
  policy: PolicySet,
  { decided }: CaseOutcome,
  { principal, target, args }: Extract<CaseOutcome['case'], { kind: 'decision' }>,
): JsonObject {
  const isDenied = decided === undefined || decided.effect === 'deny';
  return isDenied
    ? (setArguments(args, pinsOf(policy, principal, target), { onlyAbsent: true })?.args ?? args)
    : (setArguments(args, decided.obligations?.set ?? {})?.args ?? args);
}

function problemsOf(tool: Tool, args: JsonObject): string[] {
  try {
    validateArguments(tool, args);
    return [];
  } catch (error) {
    if (!(error instanceof BailiwickError) || error.code !== 'INVALID_ARGUMENTS') throw error;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as `validateArguments` says
    const { problems } = error.data as { problems: readonly { pointer: string; message: string }[] };
    return problems
      .filter(({ pointer }) => {
        const path = fromPointer(pointer);
        return path.length !== 1 || takesArgument(tool.inputSchema, path);
      })
      .map(({ pointer, message }) => `${pointer || '(arguments)'} ${message}`);
  }
}
