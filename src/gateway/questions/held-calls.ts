import type { JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { Schedule } from '../ledger/schedule.ts';
import { createHeldCall, type HeldCall, type RoundContext } from './held-call.ts';
import { invalidState } from './request-state.ts';

/** The calls of this process that may be held for their clients. */
export interface HeldCalls {
  /**
   * A call that has not set out.
   *
   * @param owner whose share of the room it takes once it is held
   * @param stateUntil the state that leads back to it, by its id
   */
  create(owner: string, stateUntil: (id: string, expiresAt: number) => string): HeldCall;
  /**
   * Goes on with a call that is held.
   *
   * @throws BailiwickError `INVALID_PARAMS` where it is not, or not any more
   */
  resume(id: string, round: RoundContext): Promise<JsonObject>;
  /** Ends what waits for clients that are away, and holds nothing any more. */
  close(): void;
}

export interface HeldCallsOptions {
  readonly newId: () => string;
  readonly now: () => number;
  readonly schedule: Schedule;
  /** How long a client may take to come back with an answer. */
  readonly timeToLiveMs: number;
  /** Calls that may be held at once, of all callers and of one. */
  readonly most: number;
  readonly mostOfOne: number;
}

export function createHeldCalls(options: HeldCallsOptions): HeldCalls {
  const { newId, most, mostOfOne } = options;
  const held = new Map<string, { readonly call: HeldCall; readonly owner: string }>();
  const shares = new Map<string, number>();
  let isClosed = false;

  const requireRoom = (owner: string): void => {
    if (isClosed)
      throw new BailiwickError('CLIENT_REFUSED', 'the server is stopping; nobody is asked any more');
    const own = shares.get(owner) ?? 0;
    if (held.size < most && own < mostOfOne) return;
    const which = own >= mostOfOne ? `${own} calls of this caller` : `${held.size} calls`;
    throw new BailiwickError('CLIENT_REFUSED', `${which} already wait for answers, which is the limit`);
  };

  return {
    create(owner, stateUntil) {
      const id = newId();
      const call: HeldCall = createHeldCall({
        ...options,
        newKey: newId,
        admit() {
          requireRoom(owner);
          held.set(id, { call, owner });
          shares.set(owner, (shares.get(owner) ?? 0) + 1);
        },
        stateUntil: (expiresAt) => stateUntil(id, expiresAt),
        onOver() {
          if (!held.delete(id)) return;
          const left = (shares.get(owner) ?? 0) - 1;
          if (left > 0) shares.set(owner, left);
          else shares.delete(owner);
        },
      });
      return call;
    },
    async resume(id, round) {
      const call = held.get(id)?.call;
      if (!call) throw invalidState();
      return call.resume(round);
    },
    close() {
      isClosed = true;
      const reason = new BailiwickError('CANCELLED', 'cancelled: the server stopped');
      for (const { call } of held.values()) if (call.isAway()) call.end(reason);
    },
  };
}
