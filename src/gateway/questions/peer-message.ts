import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { BailiwickError, ERRORS, toBailiwickError, type ErrorCode } from '../../errors.ts';
import type { Sealer } from '../../state/sealed.ts';

/** What gateways of one deployment say to each other about a held call. `id` is the request that was handed over. */
export type PeerMessage =
  /** A client of the held `call` is back, at the gateway `from`. */
  | {
      readonly kind: 'resume';
      readonly id: string;
      readonly from: string;
      readonly call: string;
      readonly answers: JsonObject;
      readonly capabilities: JsonObject;
    }
  /** It went away again before it was answered. */
  | { readonly kind: 'cancel'; readonly id: string }
  /** It is being carried out: said at once, and again and again. */
  | { readonly kind: 'working'; readonly id: string }
  | { readonly kind: 'result'; readonly id: string; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly id: string; readonly error: JsonObject };

/** Messages hold what people answered, so that they are encrypted, each for the gateway that it goes to. */
export function sealMessage(sealer: Sealer, topic: string, message: PeerMessage): Json {
  return { ...sealer.seal(topic, { ...message }) };
}

/** Undefined: not from a gateway of this deployment, or of another version. */
export function openMessage(sealer: Sealer, topic: string, sealed: Json): PeerMessage | undefined {
  try {
    return readMessage(sealer.open(topic, sealed).value);
  } catch {
    return undefined;
  }
}

function readMessage(value: Json): PeerMessage | undefined {
  if (!isJsonObject(value) || typeof value['id'] !== 'string') return undefined;
  const { kind, id, from, call, answers, capabilities, result, error } = value;
  switch (kind) {
    case 'cancel':
    case 'working':
      return { kind, id };
    case 'result':
      return isJsonObject(result) ? { kind, id, result } : undefined;
    case 'error':
      return isJsonObject(error) ? { kind, id, error } : undefined;
    case 'resume':
      return typeof from === 'string' &&
        typeof call === 'string' &&
        isJsonObject(answers) &&
        isJsonObject(capabilities)
        ? { kind, id, from, call, answers, capabilities }
        : undefined;
    default:
      return undefined;
  }
}

export function toSentError(thrown: unknown): JsonObject {
  const { code, message, data } = toBailiwickError(thrown);
  return { code, message, data: data as JsonObject };
}

export function fromSentError({ code, message, data }: JsonObject): BailiwickError {
  const isKnown = typeof code === 'string' && Object.hasOwn(ERRORS, code);
  return new BailiwickError(
    isKnown ? (code as ErrorCode) : 'INTERNAL',
    typeof message === 'string' ? message : 'internal error',
    {
      data: isJsonObject(data) ? data : {},
    },
  );
}
