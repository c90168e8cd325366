import type { Target } from '../catalog/entries.ts';
import { isJsonObject, type JsonObject } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { decideCall, toRefusal } from './decide-call.ts';
import { recordTarget, type Attempt } from './describe-call.ts';
import { uriFrom } from './endpoint.ts';
import { isInputRequired } from './questions/relay.ts';
import { recordedCall, refused } from './recorded-call.ts';
import { rewriteUris } from './rewrite-uris.ts';
import type { Caller, Road } from './road.ts';
import { brief } from './brief.ts';
import { scopeRefusal } from './scope-refusal.ts';
import { shapeResult } from './shape-result.ts';
import { windowOf } from './window.ts';

/** A resource or prompt that a request names, existing or not: both take the same path. */
export interface Reference {
  readonly target: Extract<Target, { kind: 'resource' | 'prompt' }>;
  /** The name or URI as the upstream knows it. */
  readonly own: string;
  /** What the caller is told where it may not have it, or it is not there. */
  readonly unknown: BailiwickError;
}

export function resourceReference(caller: Caller, uri: string): Reference {
  const named = uriFrom(caller.endpoint, uri);
  const window = windowOf(caller.snapshot, caller.endpoint);
  // What the endpoint does not show is nowhere.
  const own = named && window.includes({ kind: 'resource', ...named }) ? named : { source: '', uri };
  return {
    target: { kind: 'resource', ...own },
    own: own.uri,
    unknown: new BailiwickError('UNKNOWN_RESOURCE', `Unknown resource: ${brief(uri)}`, {
      data: { uri: brief(uri) },
    }),
  };
}

export function promptReference(caller: Caller, name: string): Reference {
  const prompt = windowOf(caller.snapshot, caller.endpoint).promptNamed(name);
  return {
    target: { kind: 'prompt', source: prompt?.source ?? '', name: prompt?.name ?? name },
    own: prompt?.upstreamName ?? name,
    unknown: new BailiwickError('UNKNOWN_PROMPT', `Unknown prompt: ${brief(name)}`),
  };
}

/**
 * The road of everything that is not a tool call: decide → reserve → [intent] → invoke → settle → [outcome].
 *
 * @throws BailiwickError `reference.unknown`, absent and forbidden alike, or what the upstream throws.
 */
export async function requestReference(
  road: Road,
  caller: Caller,
  reference: Reference,
  method: Parameters<Upstream['request']>[0],
  params: JsonObject,
): Promise<JsonObject> {
  const { target } = reference;
  const { upstream, attempt } = await permitReference(road, caller, reference, params);
  const { maxResultBytes } = caller.snapshot.settings;
  return recordedCall(road, caller, { ...attempt, charge: { target } }, async (context) => {
    const result = await upstream.request(method, params, context).catch((error: unknown) => {
      throw isUnknown(error) ? reference.unknown : error;
    });
    if (isInputRequired(result)) return { result, status: 'ok' };
    const shown = rewriteUris(caller.endpoint, target.source, result);
    return { result: shapeResult(shown, maxResultBytes), status: 'ok' };
  });
}

/**
 * Decides about a reference.
 *
 * @param method Named in the record, where the reference is not simply read, got or completed.
 * @throws BailiwickError `reference.unknown`, absent and forbidden alike, or `APPROVAL_REQUIRED`; recorded.
 */
export async function permitReference(
  road: Road,
  caller: Caller,
  { target, unknown }: Reference,
  params: JsonObject,
  method?: string,
): Promise<{ upstream: Upstream; attempt: Attempt }> {
  const decision = decideCall(caller, target, argumentsOf(params), road.now());
  const attempt = {
    target: recordTarget(target),
    args: params,
    decision,
    ...(method !== undefined && { method }),
  };
  const upstream = caller.snapshot.upstreams.get(target.source);
  const refusal = toRefusal(decision);
  if (upstream && !refusal) return { upstream, attempt };
  // What is listed may be told why it is refused; what is denied is not there.
  const told =
    upstream &&
    (decision.effect === 'approve' ? refusal : scopeRefusal(caller, target, argumentsOf(params), road.now()));
  throw await refused(road, caller, attempt, told ?? unknown);
}

/** What a condition sees as the arguments of a request: those of a prompt; a resource has none. */
export function argumentsOf(params: JsonObject): JsonObject {
  return isJsonObject(params['arguments']) ? params['arguments'] : {};
}

/** An upstream's own "unknown" is told in the words for what is hidden: the two are not to be told apart. */
export function isUnknown(error: unknown): boolean {
  return (
    error instanceof BailiwickError && (error.code === 'UNKNOWN_RESOURCE' || error.code === 'UNKNOWN_PROMPT')
  );
}
