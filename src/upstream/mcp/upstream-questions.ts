import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/client';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import { messageOf } from '../../errors.ts';
import type { Question } from '../upstream.ts';
import { memberOf } from './causes.ts';

const METHOD_NOT_FOUND = -32_601;
const INTERNAL_ERROR = -32_603;

/** Questions of one connection that may wait for an answer at once. */
const MAX_WAITING = 256;

/** A client that was asked answered with this error, or cannot be asked. */
export class QuestionError extends Error {
  override name = 'QuestionError';
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** Nobody answers such a question here. */
export function cannotBeAsked(method: string): QuestionError {
  return new QuestionError(METHOD_NOT_FOUND, `the client behind this call cannot be asked ${method}`);
}

/** Who asks on without waiting for answers is told so. */
export function tooManyQuestions(most: number): QuestionError {
  return new QuestionError(INTERNAL_ERROR, `${most} questions already wait for an answer, which is the most`);
}

interface UpstreamRequest {
  readonly id: RequestId;
  readonly method: string;
  readonly params: JsonObject;
}

type Answer = (question: Question, signal: AbortSignal) => Promise<JsonObject>;

/**
 * The requests of an upstream that wait for an answer of ours (legacy era). They do not pass the SDK, so their members and those
 * of the answers survive. A question that the upstream takes back is cancelled, and then not answered (MCP 2025-11-25,
 * basic/utilities/cancellation).
 */
export class UpstreamQuestions {
  readonly #send: (message: JSONRPCMessage) => Promise<void>;
  readonly #waiting = new Map<RequestId, AbortController>();

  constructor(send: (message: JSONRPCMessage) => Promise<void>) {
    this.#send = send;
  }

  receive(message: UpstreamRequest, answer: Answer): void {
    const { id } = message;
    if (this.#waiting.size >= MAX_WAITING) {
      const error = toJsonRpcError(tooManyQuestions(MAX_WAITING));
      void this.#send({ jsonrpc: '2.0', id, error } as unknown as JSONRPCMessage).catch(() => {});
      return;
    }
    const controller = new AbortController();
    this.#waiting.set(id, controller);
    void answer(toQuestion(message), controller.signal)
      .then(
        (result) => ({ jsonrpc: '2.0' as const, id, result }),
        (error: unknown) => ({ jsonrpc: '2.0' as const, id, error: toJsonRpcError(error) }),
      )
      .then((reply) => (controller.signal.aborted ? undefined : this.#send(reply as JSONRPCMessage)))
      // The upstream that asked is gone, and its question with it.
      .catch(() => {})
      .finally(() => {
        if (this.#waiting.get(id) === controller) this.#waiting.delete(id);
      });
  }

  /** True where a question of this id waited. */
  cancel(id: RequestId): boolean {
    const controller = this.#waiting.get(id);
    controller?.abort(new Error('the upstream took its question back'));
    return controller !== undefined;
  }

  /** The connection is over: nobody waits for the answers. */
  close(): void {
    for (const controller of this.#waiting.values()) controller.abort(new Error('the upstream went away'));
    this.#waiting.clear();
  }
}

/** The token of progress belongs to the hop: who is asked could report to nobody by it. */
function toQuestion({ method, params }: UpstreamRequest): Question {
  const { _meta, ...rest } = params;
  if (!isJsonObject(_meta)) return { method, params };
  const { progressToken: _token, ...meta } = _meta;
  return { method, params: Object.keys(meta).length > 0 ? { ...rest, _meta: meta } : rest };
}

/** A client's own error as it gave it; anything else says what happened and no more. */
function toJsonRpcError(error: unknown): JsonObject {
  const own = error instanceof QuestionError ? error : memberOf(memberOf(error, 'data'), 'client');
  const [code, message, data] = ['code', 'message', 'data'].map((member) => memberOf(own, member));
  return {
    code: Number.isSafeInteger(code) ? (code as number) : INTERNAL_ERROR,
    message: typeof message === 'string' ? message : messageOf(error),
    ...(data !== undefined && { data: data as JsonObject }),
  };
}
