import type { Contribution } from '../catalog/entries.ts';
import type { Json, JsonObject } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';

/** What one call carries to an upstream beside the arguments. */
export interface CallContext {
  /** Fires when the caller gives up, the call times out or the server stops. */
  readonly signal: AbortSignal;
  /** Given only where the caller asked for progress. Members as in MCP `notifications/progress`, without the token. */
  readonly onProgress?: (progress: { progress: number; total?: number; message?: string }) => void;
  /** The caller's `_meta` without protocol members and without the progress token: trace context and the like. */
  readonly meta?: JsonObject;
  /** Multi-round-trip members of a repeated request (MCP 2026-07-28, basic/patterns/mrtr). */
  readonly inputResponses?: JsonObject;
  readonly requestState?: string;
  /** The caller's own client capabilities; what it lacks is never asked of it. */
  readonly clientCapabilities?: JsonObject;
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
  close(): Promise<void>;
}
