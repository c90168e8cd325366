import type { Target } from '../catalog/entries.ts';
import type { JsonObject } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';
import type { Decision } from '../policy/decision.ts';
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
  const { sentences, pointer } = explainNarrowing(narrowing, args, hiddenPaths(asker, target));
  const why = `policy does not permit this call: ${whyDenied(decision)}`;
  const message = sentences.length === 0 ? why : `${why}. What is permitted: ${sentences.join('; ')}`;
  return new BailiwickError('POLICY_DENIED', message, {
    data: {
      rules: decision.rules,
      missingScopes: decision.missingScopes,
      ...(pointer !== undefined && { pointer }),
    },
  });
}

/** Arguments that this endpoint fixes, and nobody there is told of. */
function hiddenPaths({ snapshot, endpoint }: Asker, target: Target): readonly (readonly string[])[] {
  if (target.kind !== 'tool') return [];
  return windowOf(snapshot, endpoint)
    .pinsOf(target.tool)
    .map(({ path }) => path);
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
