import type { Target } from '../catalog/entries.ts';
import { isJsonObject, type JsonObject } from '../catalog/json.ts';
import type { BailiwickError } from '../errors.ts';
import { decideCall } from './decide-call.ts';
import { recordTarget, toolAttempt, type Attempt } from './describe-call.ts';
import { calledInTheEnd } from './listing/built-in.ts';
import { pinArguments } from './pin-arguments.ts';
import { argumentsOf, promptReference, resourceReference, type Reference } from './reference.ts';
import type { Caller } from './road.ts';
import { scopeRefusal } from './scope-refusal.ts';
import { showsTool } from './shows-tool.ts';
import { windowOf } from './window.ts';

/** A call that is refused for want of a scope only, ready to be recorded. */
export interface ScopeRefusal {
  readonly attempt: Attempt;
  readonly error: BailiwickError;
}

/**
 * Whether a request as a client sends it would be refused for want of a scope only: before anything of it is carried out, for a face
 * that has to say so before its answer begins.
 */
export function findScopeRefusal(caller: Caller, message: JsonObject, now: number): ScopeRefusal | undefined {
  if (!caller.mayStepUp || !caller.snapshot.policy.hasStepUp) return undefined;
  const { method, params } = message;
  const asked = isJsonObject(params) ? targetOf(caller, method, params, now) : undefined;
  // What is shown is refused, where it is, with an answer that says what is permitted.
  if (!asked || isShown(caller, asked.target)) return undefined;
  const error = scopeRefusal(caller, asked.target, asked.args, now);
  return error && { attempt: asked.attempt(), error };
}

function isShown({ snapshot, principal, endpoint }: Caller, target: Target): boolean {
  const view = snapshot.view(principal);
  const window = windowOf(snapshot, endpoint);
  return target.kind === 'tool' ? showsTool(view, window, target.tool) : view.shows(target);
}

interface Named {
  readonly target: Target;
  /** What conditions see. */
  readonly args: JsonObject;
  readonly attempt: () => Attempt;
}

function targetOf(caller: Caller, method: unknown, params: JsonObject, now: number): Named | undefined {
  const { name, uri, ref } = params;
  switch (method) {
    case 'tools/call':
      return typeof name === 'string' ? toolOf(caller, name, params, now) : undefined;
    case 'prompts/get':
      return promptOf(caller, name, params, now);
    case 'resources/read':
      return resourceOf(caller, uri, { params: { uri }, now });
    case 'resources/subscribe':
      return resourceOf(caller, uri, { params: { uri }, now, method });
    case 'completion/complete':
      if (!isJsonObject(ref)) return undefined;
      return ref['type'] === 'ref/prompt'
        ? promptOf(caller, ref['name'], params, now)
        : resourceOf(caller, ref['uri'], { params, now });
    default:
      return undefined;
  }
}

function toolOf(caller: Caller, name: string, params: JsonObject, now: number): Named | undefined {
  const called = calledInTheEnd(caller, { name, args: argumentsOf(params) });
  const tool = called && windowOf(caller.snapshot, caller.endpoint).toolNamed(called.name);
  if (!tool) return undefined;
  const target: Target = { kind: 'tool', tool };
  const { args } = pinArguments(caller, called.name, called.args);
  return { target, args, attempt: () => toolAttempt(tool, args, decideCall(caller, target, args, now)) };
}

function promptOf(caller: Caller, name: unknown, params: JsonObject, now: number): Named | undefined {
  return typeof name === 'string'
    ? named(caller, promptReference(caller, name).target, { params, now })
    : undefined;
}

/** What was asked for, beside its name. */
interface Asked {
  readonly params: Record<string, unknown>;
  readonly now: number;
  readonly method?: string;
}

function resourceOf(caller: Caller, uri: unknown, asked: Asked): Named | undefined {
  return typeof uri === 'string' ? named(caller, resourceReference(caller, uri).target, asked) : undefined;
}

function named(
  caller: Caller,
  target: Reference['target'],
  { params, now, method }: Asked,
): Named | undefined {
  // What is nowhere is not opened by any scope.
  if (!caller.snapshot.upstreams.has(target.source)) return undefined;
  const sent = params as JsonObject;
  const args = argumentsOf(sent);
  const attempt = (): Attempt => ({
    target: recordTarget(target),
    args: sent,
    ruling: decideCall(caller, target, args, now),
    ...(method !== undefined && { method }),
  });
  return { target, args, attempt };
}
