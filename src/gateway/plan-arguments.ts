import type { JsonObject } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';
import { decideCall, withPins, type Asker } from './decide-call.ts';
import { toRefusal } from './refusal.ts';
import { requireCanonical, validateArguments } from './validate-arguments.ts';

/**
 * The arguments that the road would send for a caller: with what policy sets. Nothing is sent, and nothing recorded; that a person
 * would have to approve the call keeps nobody from looking at it.
 *
 * @throws BailiwickError `INVALID_ARGUMENTS` or `POLICY_DENIED`, as the road would refuse
 */
export function planArguments(asker: Asker, tool: Tool, given: JsonObject, now: number): JsonObject {
  const target = { kind: 'tool', tool } as const;
  requireCanonical(given);
  const { decision, args } = decideCall(asker, target, given, now);
  const isDenied = decision.effect === 'deny';
  validateArguments(tool, isDenied ? withPins(asker, target, args) : args);
  const refusal = isDenied ? toRefusal(asker, target, given, decision, now) : undefined;
  if (refusal) throw refusal;
  return args;
}
