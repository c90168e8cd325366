import type { Target } from '../catalog/entries.ts';
import type { JsonObject, JsonSchema } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';
import type { Decision } from '../policy/decision.ts';
import { valueAt } from '../text/pointer.ts';
import { describeApprovers } from './approvers.ts';
import { decideStepUp, type Asker } from './decide-call.ts';
import { explainNarrowing } from './explain-narrowing.ts';
import type { Caller } from './road.ts';
import { windowOf } from './window.ts';

type Denial = Extract<Decision, { effect: 'deny' }>;

/** Who asks, with what there is to know of scopes it lacks; without `mayStepUp` it is told of none. */
export type Refused = Asker & Partial<Pick<Caller, 'mayStepUp' | 'obtainable'>>;

/**
 * A decision as a refusal of something that the caller sees, or undefined where it permits. It says what would be permitted, as far
 * as what the caller is shown of the target says it too.
 *
 * @param args as the caller sent them
 */
export function toRefusal(
  asker: Refused,
  target: Target,
  args: JsonObject,
  decision: Decision,
  now: number,
): BailiwickError | undefined {
  switch (decision.effect) {
    case 'permit':
      return undefined;
    case 'approve':
      return new BailiwickError(
        'APPROVAL_REQUIRED',
        `a person has to approve this call (${decision.rules.join(', ')}): ${describeApprovers(decision.approvers)}. ` +
          'This version cannot ask for approval: do not repeat the call until that person has approved it, and tell whom you work for',
        { data: { rules: decision.rules } },
      );
    case 'deny':
      return toDenial(asker, target, { args, now }, decision);
  }
}

function toDenial(
  asker: Refused,
  target: Target,
  { args, now }: { readonly args: JsonObject; readonly now: number },
  decision: Denial,
): BailiwickError {
  const narrowing = asker.snapshot.view(asker.principal).narrowingOf(target);
  const { sentences, words, pointer } = explainNarrowing(narrowing, args, hiddenFrom(asker, target));
  const why = `policy does not permit this call: ${whyDenied(decision)}`;
  const told = sentences.length === 0 ? why : `${why}. What is permitted: ${sentences.join('; ')}`;
  const message = words === undefined ? told : `${told}. ${words}`;
  const missingScopes = toldScopes(asker, target, { args, now }, decision);
  return new BailiwickError('POLICY_DENIED', message, {
    data: {
      rules: decision.rules,
      ...(missingScopes.length > 0 && { missingScopes }),
      ...(pointer !== undefined && { pointer }),
    },
  });
}

/** Scopes that policy says callers may be told of; all of them on the command line, where whoever calls can read the policies. */
function toldScopes(
  asker: Refused,
  target: Target,
  { args, now }: { readonly args: JsonObject; readonly now: number },
  { missingScopes }: Denial,
): readonly string[] {
  if (asker.via.face === 'cli' || missingScopes.length === 0) return missingScopes;
  const lacking = asker.mayStepUp ? decideStepUp(asker, target, args, now) : undefined;
  return lacking ? [lacking.scope] : [];
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
