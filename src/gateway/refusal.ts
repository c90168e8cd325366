import type { Target } from '../catalog/entries.ts';
import type { JsonObject, JsonSchema } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';
import type { Decision } from '../policy/decision.ts';
import { valueAt } from '../text/pointer.ts';
import type { Asker } from './decide-call.ts';
import { explainNarrowing } from './explain-narrowing.ts';
import { windowOf } from './window.ts';

type Denial = Extract<Decision, { effect: 'deny' }>;

/**
 * A decision as a refusal of something that the caller sees, or undefined where it permits. It says what would be permitted, as far
 * as what the caller is shown of the target says it too.
 *
 * @param args as the caller sent them
 */
export function toRefusal(
  asker: Asker,
  target: Target,
  args: JsonObject,
  decision: Decision,
): BailiwickError | undefined {
  switch (decision.effect) {
    case 'permit':
      return undefined;
    case 'approve':
      return new BailiwickError(
        'APPROVAL_REQUIRED',
        `a person has to approve this call (${decision.rules.join(', ')}), and this version cannot ask for approval`,
        { data: { rules: decision.rules } },
      );
    case 'deny':
      return toDenial(asker, target, args, decision);
  }
}

function toDenial(asker: Asker, target: Target, args: JsonObject, decision: Denial): BailiwickError {
  const narrowing = asker.snapshot.view(asker.principal).narrowingOf(target);
  const { sentences, words, pointer } = explainNarrowing(narrowing, args, hiddenFrom(asker, target));
  const why = `policy does not permit this call: ${whyDenied(decision)}`;
  const told = sentences.length === 0 ? why : `${why}. What is permitted: ${sentences.join('; ')}`;
  const message = words === undefined ? told : `${told}. ${words}`;
  return new BailiwickError('POLICY_DENIED', message, {
    data: {
      rules: decision.rules,
      missingScopes: decision.missingScopes,
      ...(pointer !== undefined && { pointer }),
    },
  });
}

/** Whether an argument is one that callers are told nothing of: policy pins it, or the endpoint fixes it. */
function hiddenFrom(
  { snapshot, principal, endpoint }: Asker,
  target: Target,
): (path: readonly string[]) => boolean {
  if (target.kind !== 'tool') return () => false;
  const { tool } = target;
  const presented = snapshot.view(principal).present(tool)?.inputSchema ?? {};
  const pins = windowOf(snapshot, endpoint).pinsOf(tool);
  return (path) =>
    pins.some((pin) => pin.path.every((part, index) => path[index] === part)) ||
    (hasArgument(tool.inputSchema, path) && !hasArgument(presented, path));
}

function hasArgument(schema: JsonSchema, path: readonly string[]): boolean {
  return (
    valueAt(
      schema,
      path.flatMap((part) => ['properties', part]),
    ) !== undefined
  );
}

function whyDenied({ reason, rules }: Denial): string {
  switch (reason) {
    case 'no-rule':
      return 'no rule permits it';
    case 'rule':
      return `denied by ${rules.join(', ')}`;
    case 'condition-error':
      return `denied by ${rules.join(', ')}, whose condition could not be evaluated for these arguments`;
    case 'conflict':
      return `${rules.join(', ')} ask for what does not go together`;
  }
}
