import type { Contribution } from '../catalog/entries.ts';
import type { Json, JsonObject } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Principal } from '../identity/principal.ts';

/** Something that an upstream asks of the client behind a call: `sampling/createMessage`, `elicitation/create`, `roots/list`. */
export interface Question {
  readonly method: string;
  readonly params?: JsonObject;
}

/**
 * Asks one client, and no other.
 *
 * @returns the client's result as it sent it
 * @throws BailiwickError `CLIENT_REFUSED` where the client cannot be asked this or answered with an error (its own code and data
 *   in `data.client`), `CANCELLED` where the call or the client ended meanwhile
 */
export type Ask = (question: Question, signal: AbortSignal) => Promise<JsonObject>;

/** The connection of one client that stays open between its calls (a legacy session, a stdio connection). */
export interface ClientSession {
  readonly id: string;
  /** For what an upstream asks or tells outside any call. */
  readonly ask: Ask;
  readonly notify: (method: string, params: JsonObject) => void;
  /** Calls the listener after each `notifications/roots/list_changed` of the client; returns how to stop that. */
  onRootsChanged(listener: () => void): () => void;
  /** Calls the listener once, when the session has ended; returns how to stop that. */
  onClose(listener: () => void): () => void;
}

/** On whose behalf an upstream is reached: decides which sessions and credentials may be used. */
export interface UpstreamCaller {
  readonly principal: Principal;
  /** Present for clients of the legacy era, and on stdio. */
  readonly session?: ClientSession;
  /**
   * The credential that the caller itself showed, for sources that exchange it or pass it through, and for nothing else. A
   * function, so that no log and no record can hold it by accident.
   */
  readonly credential?: () => string | undefined;
}

/** What one call carries to an upstream beside the arguments. */
export interface CallContext {
  /** Fires when the caller gives up, the call times out or the server stops. */
  readonly signal: AbortSignal;
  /** Absent: the gateway itself (it lists, it listens). */
  readonly caller?: UpstreamCaller;
  /** Given only where the caller asked for progress. Members as in MCP `notifications/progress`, without the token; unknown ones survive. */
  readonly onProgress?: (progress: JsonObject & { progress: number }) => void;
  /**
   * Told what the upstream notifies within this call, beside progress: `notifications/message`,
   * `notifications/elicitation/complete`, whatever else it sends. Absent: nobody wants to know.
   */
  readonly onNotification?: (method: string, params: JsonObject) => void;
  /**
   * The caller may have a part of the answer only: from now on nothing is passed on to it of what the upstream tells in its session
   * outside of calls, for that cannot be told from what it tells within this one.
   */
  readonly isConfidential?: true;
  /** The least severe log messages that the caller wants (MCP LoggingLevel). Absent: what the era says: modern none, legacy the upstream's own choice. */
  readonly logLevel?: string;
  /** Asks the client that makes this call. Absent: it cannot be asked anything. */
  readonly ask?: Ask;
  /**
   * How a result `input_required` is dealt with (MCP 2026-07-28, basic/patterns/mrtr). `relay`: handed back as it is, for a client
   * that knows it. `ask`: each of its requests is put to the client by {@link ask}, and the call repeated with the answers.
   * Absent: `relay`.
   */
  readonly rounds?: 'relay' | 'ask';
  /** The caller's `_meta` without protocol members and without the progress token: trace context and the like. */
  readonly meta?: JsonObject;
  /** Multi-round-trip members of a repeated request (MCP 2026-07-28, basic/patterns/mrtr). */
  readonly inputResponses?: JsonObject;
  readonly requestState?: string;
  /** The caller's own client capabilities; what it lacks is never asked of it. */
  readonly clientCapabilities?: JsonObject;
  /** The caller's name and version (MCP Implementation), as it gave them. */
  readonly clientInfo?: JsonObject;
}

/** What came back from a call that reached the upstream. */
export interface CallOutcome {
  /** An MCP `CallToolResult` (or `input_required` result). Unknown members survive. */
  readonly result: JsonObject;
  /** `tool-error`: the upstream says the call failed. */
  readonly status: 'ok' | 'tool-error';
  /** What the upstream itself answered, before anything was selected from it, where that is not what `result` holds. */
  readonly answer?: Json | undefined;
  /** What a caller can use to get less of the answer, in words; said where a result is cut. */
  readonly narrowing?: string;
  /** HTTP status of an HTTP upstream. */
  readonly code?: number;
  /** What the request is called on the other side, for the record: an API's `x-request-id`, the JSON-RPC id of an MCP request. */
  readonly upstreamId?: string;
}

/** What a call would send, exactly, with credentials masked. */
export type Plan =
  | {
      readonly method: string;
      readonly url: string;
      readonly headers: Record<string, string>;
      /** As text; a body that is not UTF-8 as a `data:` URL (RFC 2397) in Base64. */
      readonly body: string | null;
    }
  | { readonly upstream: string; readonly method: string; readonly params: JsonObject };

/**
 * One source's way to what lies behind it.
 *
 * Every method throws a `BailiwickError` with an `UPSTREAM_*` code when the upstream cannot be reached, is too slow or
 * speaks rubbish, and `CANCELLED` when `signal` fired. An error says where it is certain that nothing was sent
 * (`nothingSent`). None of them decides anything: the caller already did.
 */
export interface Upstream {
  readonly source: string;
  /** What the source offers now. Compiles a document, or lists a server. */
  contribution(signal: AbortSignal): Promise<Contribution>;
  /** Called when the source's offer may have changed; at most one listener. */
  onChange(listener: () => void): void;
  callTool(tool: Tool, args: JsonObject, context: CallContext): Promise<CallOutcome>;
  /** What {@link callTool} would send; shares its code path. */
  plan(tool: Tool, args: JsonObject): Plan;
  /** MCP `resources/read`, `prompts/get` or `completion/complete`, with the names and URIs of the upstream. */
  request(
    method: 'resources/read' | 'prompts/get' | 'completion/complete',
    params: JsonObject,
    context: CallContext,
  ): Promise<JsonObject>;
  /**
   * Calls `onUpdated` with the params of each `notifications/resources/updated` of this URI (the upstream's own), until the
   * returned function is called. It goes on over lost and renewed sessions.
   *
   * @throws BailiwickError as {@link request}
   */
  subscribe(
    uri: string,
    context: CallContext,
    onUpdated: (params: JsonObject) => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
