import type { Tool } from '../catalog/tool.ts';
import { isMatch, type Finding } from './examine.ts';
import { presentNarrowed } from './narrow/present.ts';

/** Said of a call that is refused for want of an approval. */
const ADVICE = 'A call refused with APPROVAL_REQUIRED is not to be repeated until a person has approved it.';

/**
 * The tool with a sentence in its description where a person has to approve its calls, or some of them; else the same object.
 *
 * @param findings of the rules that are about the caller and the tool, without the arguments
 */
export function tellApproval(tool: Tool, findings: readonly Finding[]): Tool {
  const approvals = findings.filter(({ rule }) => rule.effect === 'approve');
  const isCertain = approvals.some(isMatch);
  if (!isCertain && !approvals.some(({ verdict }) => verdict.kind === 'unknown')) return tool;
  const calls = isCertain ? 'Every call' : 'Some calls';
  const words = `${calls} of this tool need${isCertain ? 's' : ''} the approval of a person. ${ADVICE}`;
  return presentNarrowed(tool, { kind: 'some', limits: [], words });
}
