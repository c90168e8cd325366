import { isJsonObject, type JsonObject } from '../catalog/json.ts';
import { messageOf } from '../errors.ts';
import type { CallContext, Upstream } from '../upstream/upstream.ts';
import { decideCall } from './decide-call.ts';
import { uriAt } from './endpoint.ts';
import { recordedCall } from './recorded-call.ts';
import { isUnknown, permitReference, resourceReference } from './reference.ts';
import type { Caller, Road } from './road.ts';
import { windowOf } from './window.ts';

/** What a caller is told of a resource that changed. */
export type OnUpdated = (params: JsonObject & { uri: string }) => void;

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
 * decided and recorded as reading it is.
 *
 * @param onUpdated is told the params of `notifications/resources/updated`, with the URI of the caller's endpoint
 * @throws BailiwickError `UNKNOWN_RESOURCE` where the URI is none that this caller may read, or what the upstream throws.
 */
export async function subscribeResource(
  road: Road,
  caller: Caller,
  uri: string,
  onUpdated: OnUpdated,
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
    // An upstream may name a part of what was subscribed to: it may be read, or nothing is said of it.
    if (
      isOver ||
      typeof named !== 'string' ||
      (named !== own && !mayRead(caller, target.source, named, road.now()))
    )
      return;
    onUpdated({ ...withoutStream(updated), uri: uriAt(caller.endpoint, target.source, named) });
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

function mayRead(caller: Caller, source: string, uri: unknown, now: number): boolean {
  if (typeof uri !== 'string') return false;
  const target = { kind: 'resource', source, uri } as const;
  return (
    windowOf(caller.snapshot, caller.endpoint).includes(target) &&
    decideCall(caller, target, {}, now).decision.effect === 'permit'
  );
}

function withoutStream({ _meta, ...params }: JsonObject): JsonObject {
  const { [SUBSCRIPTION_ID]: _ofThatHop, ...meta } = isJsonObject(_meta) ? _meta : {};
  return { ...params, ...(Object.keys(meta).length > 0 && { _meta: meta }) };
}
