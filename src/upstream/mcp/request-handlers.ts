import type { JsonObject } from '../../catalog/json.ts';
import type { CallContext, Question } from '../upstream.ts';

/** What belongs to one request while it is on its way. */
export interface RequestHandlers {
  /** On whose behalf: decides the credentials. */
  readonly context: CallContext;
  /** Fires when the caller gave up or the time is over; its reason is what the request then fails with. */
  readonly signal: AbortSignal;
  /** Given only where progress is wanted. Unknown members survive; the token is taken out. */
  readonly onProgress?: (progress: JsonObject & { progress: number }) => void;
  readonly onNotification?: (method: string, params: JsonObject) => void;
  /** Answers what the upstream asks within this request; rejects with what is answered as an error. */
  readonly onRequest?: (question: Question, signal: AbortSignal) => Promise<JsonObject>;
}
