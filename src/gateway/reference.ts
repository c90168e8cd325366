import type { Target } from '../catalog/entries.ts';
import { isJsonObject, type JsonObject } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { decideCall, decideWithoutArguments, type Ruling } from './decide-call.ts';
import { recordTarget, type Attempt } from './describe-call.ts';
import { uriFrom } from './endpoint.ts';
import { dutyOf, toSilent } from './obligations/duty.ts';
import { obligeContents } from './obligations/oblige-contents.ts';
import { withholdFault } from './obligations/withheld.ts';
import { isInputRequired, toQuestions } from './questions/relay.ts';
import { recordedCall, refused } from './recorded-call.ts';
import { toRefusal } from './refusal.ts';
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

/** What is asked of a reference. */
export interface ReferenceRequest {
  readonly method: Parameters<Upstream['request']>[0];
  readonly params: JsonObject;
}

/**
 * The road of everything that is not a tool call: decide → reserve → [intent] → invoke → oblige → settle → [outcome].
 *
 * @throws BailiwickError `reference.unknown`, absent and hidden alike, what {@link permitReference} throws, `RESULT_WITHHELD`, or what
 *   the upstream throws.
 */
export async function requestReference(
  road: Road,
  caller: Caller,
  reference: Reference,
  { method, params }: ReferenceRequest,
): Promise<JsonObject> {
  const { target } = reference;
  const { upstream, attempt, ruling } = await permitReference(road, caller, reference, { method, params });
  const { maxResultBytes } = caller.snapshot.settings;
  const sent = ruling.set.length > 0 ? { ...params, arguments: ruling.args } : params;
  const duty = dutyOf(ruling.decision);
  return recordedCall(road, caller, { ...attempt, charge: { target } }, async (context) => {
    const request = upstream.request(method, sent, duty ? toSilent(context) : context);
    const result = await request.catch((error: unknown) => {
      if (isUnknown(error)) throw reference.unknown;
      throw duty ? withholdFault(error) : error;
    });
    if (isInputRequired(result)) return { result: duty ? toQuestions(result) : result, status: 'ok' };
    const shown = rewriteUris(caller.endpoint, target.source, duty ? obligeContents(duty, result) : result);
    return { result: shapeResult(shown, maxResultBytes), status: 'ok' };
  });
}

/**
 * Decides about a reference: of a completion without the arguments, which are not all there yet.
 *
 * @throws BailiwickError `reference.unknown`, absent and hidden alike, or for what the caller sees `POLICY_DENIED` or
 *   `APPROVAL_REQUIRED`; recorded.
 */
export async function permitReference(
  road: Road,
  caller: Caller,
  { target, unknown }: Reference,
  { method, params }: { readonly method: string; readonly params: JsonObject },
): Promise<{ upstream: Upstream; attempt: Attempt; ruling: Ruling }> {
  const args = argumentsOf(params);
  const isShown = caller.snapshot.view(caller.principal).shows(target);
  const isCalled = isShown && method !== 'completion/complete';
  const ruling = isCalled
    ? decideCall(caller, target, args, road.now())
    : decideWithoutArguments(caller, target, road.now());
  const attempt: Attempt = {
    target: recordTarget(target),
    args: params,
    ruling,
    // Of what is simply read or got the kind of the target says so.
    ...(NAMED_METHODS.has(method) && { method }),
  };
  const upstream = caller.snapshot.upstreams.get(target.source);
  const refusal = toRefusal(caller, target, args, ruling.decision, road.now());
  if (upstream && !refusal) return { upstream, attempt, ruling };
  // What is seen may be told why it is refused; what is hidden is not there.
  const told = upstream && (isShown ? refusal : scopeRefusal(caller, target, args, road.now()));
  throw await refused(road, caller, attempt, told ?? unknown);
}

const NAMED_METHODS: ReadonlySet<string> = new Set(['completion/complete', 'resources/subscribe']);

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
