import type { Target } from '../catalog/entries.ts';
import { isJsonObject, type JsonObject } from '../catalog/json.ts';
import type { BailiwickError } from '../errors.ts';
import { decideCall } from './decide-call.ts';
import { recordTarget, toolAttempt, type Attempt } from './describe-call.ts';
import { toolAt } from './endpoint.ts';
import { promptReference, resourceReference } from './reference.ts';
import type { Caller } from './road.ts';
import { scopeRefusal } from './scope-refusal.ts';

/** A call that is refused for want of a scope only, ready to be recorded. */
export interface ScopeRefusal {
  readonly attempt: Attempt;
  readonly error: BailiwickError;
}

/**
 * Whether a request as a client sends it would be refused for want of a scope only: before anything of it is carried out, for a face
 * that has to say so before its answer begins.
 */
export function findScopeRefusal(caller: Caller, message: JsonObject): ScopeRefusal | undefined {
  if (!caller.mayStepUp || !caller.snapshot.policy.hasStepUp) return undefined;
  const { method, params } = message;
  const asked = isJsonObject(params) ? targetOf(caller, method, params) : undefined;
  if (!asked || decideCall(caller, asked.target).effect !== 'deny') return undefined;
  const error = scopeRefusal(caller, asked.target);
  return error && { attempt: asked.attempt(), error };
}

interface Named {
  readonly target: Target;
  readonly attempt: () => Attempt;
}

function targetOf(caller: Caller, method: unknown, params: JsonObject): Named | undefined {
  const { name, uri, ref } = params;
  switch (method) {
    case 'tools/call':
      return typeof name === 'string' ? toolOf(caller, name, params) : undefined;
    case 'prompts/get':
      return promptOf(caller, name, params);
    case 'resources/read':
      return resourceOf(caller, uri, { uri });
    case 'resources/subscribe':
      return resourceOf(caller, uri, { uri }, method);
    case 'completion/complete':
      if (!isJsonObject(ref)) return undefined;
      return ref['type'] === 'ref/prompt'
        ? promptOf(caller, ref['name'], params)
        : resourceOf(caller, ref['uri'], params);
    default:
      return undefined;
  }
}

function toolOf(caller: Caller, name: string, params: JsonObject): Named | undefined {
  const tool = toolAt(caller.endpoint, caller.snapshot.catalog, name);
  if (!tool) return undefined;
  const target: Target = { kind: 'tool', tool };
  const args = isJsonObject(params['arguments']) ? params['arguments'] : {};
  return { target, attempt: () => toolAttempt(tool, args, decideCall(caller, target)) };
}

function promptOf(caller: Caller, name: unknown, args: JsonObject): Named | undefined {
  return typeof name === 'string' ? named(caller, promptReference(caller, name).target, args) : undefined;
}

function resourceOf(
  caller: Caller,
  uri: unknown,
  args: Record<string, unknown>,
  method?: string,
): Named | undefined {
  if (typeof uri !== 'string') return undefined;
  return named(caller, resourceReference(caller, uri).target, args as JsonObject, method);
}

function named(caller: Caller, target: Target, args: JsonObject, method?: string): Named | undefined {
  const source = target.kind === 'tool' ? target.tool.source : target.source;
  // What is nowhere is not opened by any scope.
  if (!caller.snapshot.upstreams.has(source)) return undefined;
  const attempt = (): Attempt => ({
    target: recordTarget(target),
    args,
    decision: decideCall(caller, target),
    ...(method !== undefined && { method }),
  });
  return { target, attempt };
}
