import type { JsonObject } from '../catalog/json.ts';
import { BailiwickError, messageOf } from '../errors.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Caller } from '../gateway/road.ts';
import { principalKey } from '../gateway/snapshot.ts';
import {
  lastingContext,
  subscribableAt,
  subscribeResource,
  type Subscription,
} from '../gateway/subscribe-resource.ts';
import type { Client } from './caller.ts';

/** The resources that one connection, or all streams of one caller at one endpoint, are told the changes of. */
export interface ResourceSubscriptions {
  /**
   * Subscribes; resolves once the upstream has agreed.
   *
   * @returns how to end it. Repetitions do nothing.
   * @throws BailiwickError `UNKNOWN_RESOURCE` where this caller may not read it, `INVALID_PARAMS` where there are too many,
   *   or what the upstream throws.
   */
  take(caller: Caller, uri: string): Promise<() => void>;
  /** The caller showed another credential: what is open goes on with it, as far as it reaches. */
  actAs(client: Pick<Client, 'principal' | 'credential'>): void;
  /** Ends all. */
  close(): void;
}

interface Taken {
  readonly uri: string;
  caller: Caller;
  /** Fires when it is given up. */
  readonly over: AbortController;
  subscription: Subscription;
}

/**
 * Updates of a resource are told once, however often it was subscribed to. What a change of policy or configuration takes away
 * from its caller ends; what it moves to another upstream goes on there.
 *
 * @param tell is told the params of `notifications/resources/updated`
 * @param limit subscriptions at a time
 */
export function createResourceSubscriptions(
  gateway: Gateway,
  tell: (params: JsonObject & { uri: string }) => void,
  limit: number,
): ResourceSubscriptions {
  const { road } = gateway;
  /** By URI, in the order they were taken: the first one tells. */
  const byUri = new Map<string, Set<Taken>>();
  let open = 0;
  let isClosed = false;
  let stopListening: (() => void) | undefined;

  const add = (taken: Taken): void => {
    const same = byUri.get(taken.uri) ?? new Set();
    byUri.set(taken.uri, same.add(taken));
    stopListening ??= gateway.onSwap(review);
  };
  const drop = (taken: Taken): void => {
    if (taken.over.signal.aborted) return;
    taken.over.abort();
    taken.subscription.end();
    open -= 1;
    const same = byUri.get(taken.uri);
    same?.delete(taken);
    if (same?.size === 0) byUri.delete(taken.uri);
    if (byUri.size === 0) {
      stopListening?.();
      stopListening = undefined;
    }
  };
  /** @param holder holds what is taken, as soon as it is */
  const subscribe = (
    caller: Caller,
    uri: string,
    holder: { readonly taken?: Taken },
  ): Promise<Subscription> =>
    subscribeResource(road, caller, uri, {
      onUpdated(params) {
        if (holder.taken !== undefined && isFirst(holder.taken)) tell(params);
      },
      caller: () => ({ ...(holder.taken?.caller ?? caller), snapshot: gateway.current() }),
    });
  const isFirst = (taken: Taken): boolean => byUri.get(taken.uri)?.values().next().value === taken;

  function review(): void {
    for (const taken of [...byUri.values()].flatMap((same) => [...same])) {
      const caller = { ...taken.caller, snapshot: gateway.current() };
      const upstream = subscribableAt(caller, taken.uri, road.now());
      if (!upstream) drop(taken);
      else if (upstream !== taken.subscription.upstream) void move(taken, caller);
    }
  }

  async function move(taken: Taken, caller: Caller): Promise<void> {
    const context = lastingContext(caller.context, taken.over.signal);
    try {
      const next = await subscribe({ ...caller, context }, taken.uri, { taken });
      const before = taken.subscription;
      taken.subscription = next;
      before.end();
      if (taken.over.signal.aborted) next.end();
    } catch (error) {
      road.logger.debug({ err: error }, `a subscription did not go on: ${messageOf(error)}`);
      drop(taken);
    }
  }

  return {
    async take(caller, uri) {
      if (open >= limit) {
        throw new BailiwickError(
          'INVALID_PARAMS',
          `uri: ${limit} subscriptions are open, which is the most; end one first`,
        );
      }
      open += 1;
      const holder: { taken?: Taken } = {};
      const subscription = await subscribe(caller, uri, holder).catch((error: unknown) => {
        open -= 1;
        throw error;
      });
      const taken: Taken = { uri, caller, over: new AbortController(), subscription };
      holder.taken = taken;
      add(taken);
      if (isClosed) {
        drop(taken);
        throw new BailiwickError('CANCELLED', 'the connection has ended');
      }
      // What changed while the upstream was asked was told to nobody yet.
      if (gateway.current() !== caller.snapshot) review();
      return () => drop(taken);
    },
    actAs({ principal, credential }) {
      let isOther = false;
      for (const taken of [...byUri.values()].flatMap((same) => [...same])) {
        isOther ||= principalKey(taken.caller.principal) !== principalKey(principal);
        const caller = { ...taken.caller.context.caller, principal, ...(credential && { credential }) };
        taken.caller = { ...taken.caller, principal, context: { ...taken.caller.context, caller } };
      }
      if (isOther) review();
    },
    close() {
      isClosed = true;
      for (const taken of [...byUri.values()].flatMap((same) => [...same])) drop(taken);
    },
  };
}
