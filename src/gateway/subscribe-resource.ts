import { isJsonObject, type JsonObject } from '../catalog/json.ts';
import { messageOf } from '../errors.ts';
import type { CallContext, Upstream } from '../upstream/upstream.ts';
import { decideCall, type Ruling } from './decide-call.ts';
import { uriAt } from './endpoint.ts';
import { dutyOf } from './obligations/duty.ts';
import { recordedCall } from './recorded-call.ts';
import { isUnknown, permitReference, resourceReference, type Reference } from './reference.ts';
import type { Caller, Road } from './road.ts';
import { windowOf } from './window.ts';

/** What a caller is told of a resource that changed. */
export interface UpdateListener {
  /** Is told the params of `notifications/resources/updated`, with the URI of the caller's endpoint. */
  onUpdated(params: JsonObject & { uri: string }): void;
  /** Who listens, as it is when an update comes: policy and credentials may have changed since the subscription. */
  caller(): Caller;
}

export interface Subscription {
  /** The upstream that tells of changes; a configuration that puts another in its place ends what was begun with this one. */
  readonly upstream: Upstream;
  /** No update is told after this. Repetitions do nothing. */
  end(): void;
}

/** Ties an update to the stream of one hop (MCP 2026-07-28, `subscriptions/listen`); the next hop has its own. */
const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

/**
 * Subscribes to a resource of an upstream (MCP `resources/subscribe`, or `resourceSubscriptions` of `subscriptions/listen`):
 * decided and recorded as reading it is. Whether the resource may be read is decided again with every update: what conditions on the time
 * have closed is not told of.
 *
 * @throws BailiwickError `UNKNOWN_RESOURCE` where the URI is none that this caller may read, or what the upstream throws.
 */
export async function subscribeResource(
  road: Road,
  caller: Caller,
  uri: string,
  listener: UpdateListener,
): Promise<Subscription> {
  const reference = resourceReference(caller, uri);
  const { target, own } = reference;
  const { upstream, attempt } = await permitReference(road, caller, reference, {
    method: 'resources/subscribe',
    params: { uri: own },
  });
  let stop: (() => Promise<void>) | undefined;
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    stop?.().catch((error: unknown) =>
      road.logger.debug(
        { source: target.source, err: error },
        `a subscription was not ended: ${messageOf(error)}`,
      ),
    );
  };
  const tell = (updated: JsonObject): void => {
    const { uri: named } = updated;
    if (isOver || typeof named !== 'string') return;
    // An upstream may name a part of what was subscribed to: it may be read, or nothing is said of it.
    const ruling = permitUpdate(
      listener.caller(),
      { kind: 'resource', source: target.source, uri: named },
      road.now(),
    );
    if (ruling === undefined) return;
    const told = dutyOf(ruling.decision) ? {} : withoutStream(updated);
    listener.onUpdated({ ...told, uri: uriAt(caller.endpoint, target.source, named) });
  };
  await recordedCall(road, caller, { ...attempt, charge: { target } }, async (context) => {
    stop = await upstream.subscribe(own, context, tell).catch((error: unknown) => {
      throw isUnknown(error) ? reference.unknown : error;
    });
    return { result: {}, status: 'ok' };
  }).catch((error: unknown) => {
    end();
    throw error;
  });
  return { upstream, end };
}

/** The upstream at which a subscription of this caller is now, or undefined where it may have none any more. */
export function subscribableAt(caller: Caller, uri: string, now: number): Upstream | undefined {
  const { target } = resourceReference(caller, uri);
  const upstream = caller.snapshot.upstreams.get(target.source);
  return decideCall(caller, target, {}, now).decision.effect === 'permit' ? upstream : undefined;
}

/** What is left of a request's context when the request is over: who made it. */
export function lastingContext(context: CallContext, signal: AbortSignal): CallContext {
  const { caller, clientCapabilities, clientInfo } = context;
  return {
    signal,
    ...(caller && { caller }),
    ...(clientCapabilities && { clientCapabilities }),
    ...(clientInfo && { clientInfo }),
  };
}

/** Undefined: this caller may not read it. */
function permitUpdate(caller: Caller, target: Reference['target'], now: number): Ruling | undefined {
  if (!windowOf(caller.snapshot, caller.endpoint).includes(target)) return undefined;
  const ruling = decideCall(caller, target, {}, now);
  return ruling.decision.effect === 'permit' ? ruling : undefined;
}

function withoutStream({ _meta, ...params }: JsonObject): JsonObject {
  const { [SUBSCRIPTION_ID]: _ofThatHop, ...meta } = isJsonObject(_meta) ? _meta : {};
  return { ...params, ...(Object.keys(meta).length > 0 && { _meta: meta }) };
}
