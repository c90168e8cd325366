import type { Catalog } from '../../src/catalog/catalog.ts';
import { checkPolicies, type CheckContext } from '../../src/policy/check.ts';
import { describeProblems, type Problem } from '../../src/policy/problem.ts';
import { policy } from '../policy/fixtures.ts';

/** What is found in a policy, as `line:column  message`. */
export function reviewAgainst(
  catalog: Catalog,
  text: string,
  context: CheckContext = {},
): { problems: string[]; warnings: string[] } {
  const { problems, warnings } = checkPolicies(policy(text), catalog, context);
  return { problems: toLines(problems), warnings: toLines(warnings) };
}

function toLines(problems: readonly Problem[]): string[] {
  return problems.map((problem) => describeProblems([problem]).replace('p.policy.yaml:', ''));
}
