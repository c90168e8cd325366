import { digestOf } from '../../catalog/canonical.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { Sealer } from '../../state/sealed.ts';
import { toEndpointPath } from '../endpoint.ts';
import type { Caller } from '../road.ts';
import { principalKey } from '../snapshot.ts';

/** The requests that may be answered with questions (MCP 2026-07-28, basic/patterns/mrtr). */
export interface RoundRequest {
  readonly method: 'tools/call' | 'prompts/get' | 'resources/read';
  /** The name, or the URI, as the endpoint shows it. */
  readonly name: string;
  readonly args: JsonObject;
}

/** What a `requestState` of ours holds. */
export type RequestState =
  /** An upstream's own state: for that source, and for no other. */
  | { readonly kind: 'source'; readonly source: string; readonly text: string }
  /** A call that is held, and the process that holds it. */
  | { readonly kind: 'held'; readonly call: string; readonly process: string };

/** Makes and reads the `requestState` that clients are given. They see nothing of it and can change nothing in it. */
export interface RequestStates {
  seal(caller: Caller, request: RoundRequest, state: RequestState, expiresAt: number): string;
  /** @throws BailiwickError `INVALID_PARAMS` for one of another caller, endpoint or request, of another time, or changed. */
  open(caller: Caller, request: RoundRequest, text: string): RequestState;
}

const VERSION = 'r1';

const BASE64URL = /^[\w-]+$/;

export function createRequestStates(sealer: Sealer, now: () => number): RequestStates {
  return {
    seal(caller, request, state, expiresAt) {
      const { key, nonce, text } = sealer.seal(boundTo(caller, request), toJson(state), expiresAt);
      return [VERSION, key, nonce, text, expiresAt].join('.');
    },
    open(caller, request, text) {
      try {
        const [version, key = '', nonce = '', sealed = '', expires = '', ...more] = text.split('.');
        const expiresAt = Number(expires);
        const parts = [key, nonce, sealed];
        // One text for one state: base64url and numbers can be written in several ways.
        if (
          version !== VERSION ||
          more.length > 0 ||
          String(expiresAt) !== expires ||
          !parts.every(isExact)
        ) {
          throw new RangeError('not in the form of this version');
        }
        const value = { sealed: 1, key, nonce, text: sealed, expiresAt };
        const opened = sealer.open(boundTo(caller, request), value);
        if (expiresAt <= now()) throw new RangeError('expired');
        return fromJson(opened.value);
      } catch (cause) {
        throw invalidState(cause);
      }
    },
  };
}

/** One message for everything that can be wrong: whoever tries learns nothing from it. */
export function invalidState(cause?: unknown): BailiwickError {
  return new BailiwickError('INVALID_PARAMS', INVALID, { cause });
}

export function isInvalidState(error: unknown): error is BailiwickError {
  return error instanceof BailiwickError && error.message === INVALID;
}

const INVALID =
  'requestState is not valid for this request, or its time is over; send the request again without it';

function boundTo(caller: Caller, { method, name, args }: RoundRequest): string {
  const { principal, endpoint } = caller;
  try {
    return `requestState/1 ${digestOf([principalKey(principal), toEndpointPath(endpoint), method, name, args])}`;
  } catch (cause) {
    throw new BailiwickError('INVALID_PARAMS', 'the arguments have no canonical form (RFC 8785)', { cause });
  }
}

function isExact(text: string): boolean {
  return BASE64URL.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text;
}

function toJson(state: RequestState): Json {
  return state.kind === 'held'
    ? { held: state.call, by: state.process }
    : { of: state.source, text: state.text };
}

function fromJson(value: Json): RequestState {
  const { held, by, of, text } = isJsonObject(value) ? value : {};
  if (typeof held === 'string' && typeof by === 'string') return { kind: 'held', call: held, process: by };
  if (typeof of === 'string' && typeof text === 'string') return { kind: 'source', source: of, text };
  throw new RangeError('sealed, and no state of a request');
}
