import { ProtocolError, SdkError, SdkHttpError } from '@modelcontextprotocol/client';
import { BailiwickError, type ErrorCode } from '../../errors.ts';
import { scrubJson, type Scrub } from '../scrub.ts';
import { causesOf, memberOf } from './causes.ts';
import { NotSentError } from './child-transport.ts';
import { OriginError, TooLongError } from './http-transport.ts';
import { STREAM_ENDED } from './relay-transport.ts';
import { SseStreamError } from './sse-transport.ts';
import { NotJsonRpcError } from './wire/messages.ts';

/** JSON-RPC code of an unknown resource up to 2025-11-25. From 2026-07-28 it is -32602 with the URI in `data`. */
const LEGACY_RESOURCE_NOT_FOUND = -32_002;
const INVALID_PARAMS = -32_602;
const HEADER_MISMATCH = -32_020;
const MISSING_CAPABILITY = -32_021;
const URL_ELICITATION_REQUIRED = -32_042;
const UNSUPPORTED_VERSION = -32_022;

/** What servers of another transport answer to the opening of a stream. */
const NO_STREAM = new Set([400, 404, 405, 406]);

const NO_COMMON_VERSION = 'speaks no protocol version in common with this gateway';

export interface FaultContext {
  readonly source: string;
  /** Masks the source's secrets in what the upstream said. */
  readonly scrub: Scrub;
  /** The caller's signal: once it fired, whatever happened was a cancellation. */
  readonly signal?: AbortSignal;
  /** Set for `resources/read`. */
  readonly uri?: string;
  /** The request repeated an earlier one with the input that was asked for (MCP 2026-07-28, basic/patterns/mrtr). */
  readonly isContinuation?: boolean;
}

/** Whatever an attempt to talk to an upstream threw, in Bailiwick's vocabulary. Texts name no address. */
export function toUpstreamFault(error: unknown, context: FaultContext): BailiwickError {
  const { source, scrub } = context;
  if (context.signal?.aborted) return toCancellation(context.signal, source);
  if (error instanceof BailiwickError) return error;
  const fault = (code: UpstreamCode, text: string, data?: Record<string, unknown>) =>
    new BailiwickError(code, `source ${source} ${scrub(text)}`, {
      cause: error,
      ...(data ? { data: scrubJson(data, scrub) } : {}),
    });

  for (const cause of causesOf(error)) {
    // Thrown below the SDK, by credentials.
    if (cause instanceof BailiwickError) return cause;
    if (cause instanceof ProtocolError) return toProtocolFault(cause, context, fault);
    if (cause instanceof SseStreamError && NO_STREAM.has(cause.status)) {
      const hint = 'it may be a Streamable HTTP server: set `transport: http`';
      return fault(
        'UPSTREAM_PROTOCOL',
        `has no event stream at the configured URL (HTTP ${cause.status}); ${hint}`,
        { status: cause.status },
      );
    }
    if (cause instanceof SdkHttpError) return toHttpFault(cause.status, cause, fault);
    if (cause instanceof OriginError) {
      return fault('UPSTREAM_UNAVAILABLE', 'redirects to another origin, which is not followed');
    }
    if (cause instanceof TooLongError) return fault('UPSTREAM_PROTOCOL', 'sent an answer that is too long');
    if (cause instanceof NotSentError) return fault('UPSTREAM_UNAVAILABLE', 'is not running');
    if (cause instanceof SdkError) {
      const known = SDK_FAULTS[cause.code as string];
      if (known) return fault(...known);
    }
    if (cause instanceof SyntaxError)
      return fault('UPSTREAM_PROTOCOL', 'answered something that is not JSON');
    if (cause instanceof NotJsonRpcError || (cause instanceof Error && cause.name === 'ZodError')) {
      return fault('UPSTREAM_PROTOCOL', 'answered something that is not JSON-RPC');
    }
    const code = memberOf(cause, 'code');
    if (code === 'ENOENT')
      return fault('UPSTREAM_UNAVAILABLE', `cannot be started: no such program or directory${named(cause)}`);
    if (code === 'EACCES')
      return fault('UPSTREAM_UNAVAILABLE', 'cannot be started: not allowed to run the program');
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) && !(cause instanceof SdkError)) {
      return fault('UPSTREAM_UNAVAILABLE', `cannot be reached (${code})`);
    }
  }
  if (error instanceof Error && error.message.startsWith('Endpoint origin does not match')) {
    return fault('UPSTREAM_PROTOCOL', 'names an endpoint of another origin, which is not followed');
  }
  if (error instanceof Error && error.message.startsWith("Server's protocol version is not supported")) {
    return fault('UPSTREAM_PROTOCOL', NO_COMMON_VERSION);
  }
  return fault('UPSTREAM_UNAVAILABLE', 'cannot be reached');
}

/** The program, but not its arguments, which may hold a credential. */
function named(cause: unknown): string {
  const program = memberOf(cause, 'program');
  return typeof program === 'string' ? ` (${program})` : '';
}

const SDK_FAULTS: Readonly<
  Record<string, ['UPSTREAM_UNAVAILABLE' | 'UPSTREAM_TIMEOUT' | 'UPSTREAM_PROTOCOL', string]>
> = {
  REQUEST_TIMEOUT: ['UPSTREAM_TIMEOUT', 'did not answer in time'],
  CONNECTION_CLOSED: [
    'UPSTREAM_UNAVAILABLE',
    'closed the connection; what was running there may or may not have been done',
  ],
  NOT_CONNECTED: ['UPSTREAM_UNAVAILABLE', 'is not connected'],
  SEND_FAILED: ['UPSTREAM_UNAVAILABLE', 'cannot be reached'],
  INVALID_RESULT: ['UPSTREAM_PROTOCOL', 'answered something that is not MCP'],
  UNSUPPORTED_RESULT_TYPE: ['UPSTREAM_PROTOCOL', 'answered with a kind of result that was not asked for'],
  CLIENT_HTTP_UNEXPECTED_CONTENT: [
    'UPSTREAM_PROTOCOL',
    'answered something that is neither JSON nor an event stream',
  ],
};

type UpstreamCode = Extract<ErrorCode, `UPSTREAM_${string}`>;

type MakeFault = (code: UpstreamCode, text: string, data?: Record<string, unknown>) => BailiwickError;

function toHttpFault(status: number, error: SdkHttpError, fault: MakeFault): BailiwickError {
  const data = { status };
  if (status === 401 || status === 403) {
    return fault(
      'UPSTREAM_UNAVAILABLE',
      `refuses the configured credential (HTTP ${status}); check its headers`,
      data,
    );
  }
  if (status >= 300 && status < 400) {
    return fault(
      'UPSTREAM_UNAVAILABLE',
      'redirects to another place, which is not followed; configure the final URL',
      data,
    );
  }
  if (status === 404 || status === 405) {
    const hint = 'it may be an HTTP+SSE server: set `transport: sse`';
    return fault(
      'UPSTREAM_PROTOCOL',
      `has no MCP endpoint at the configured URL (HTTP ${status}); ${hint}`,
      data,
    );
  }
  const retryAfterMs = memberOf(error.data, 'retryAfterMs');
  if (typeof retryAfterMs === 'number') {
    const seconds = Math.ceil(retryAfterMs / 1000);
    const text = `answered HTTP ${status} and asks to come again in ${seconds} s`;
    return fault('UPSTREAM_UNAVAILABLE', text, { ...data, retryAfterMs });
  }
  if (status === 429 || status >= 500) return fault('UPSTREAM_UNAVAILABLE', `answered HTTP ${status}`, data);
  const own = readJsonRpcError(error);
  if (own)
    return fault('UPSTREAM_ERROR', `answered HTTP ${status}: ${own.message}`, { ...data, upstream: own });
  return fault('UPSTREAM_PROTOCOL', `answered HTTP ${status}`, data);
}

function toProtocolFault(error: ProtocolError, context: FaultContext, fault: MakeFault): BailiwickError {
  if (error.code === UNSUPPORTED_VERSION) return fault('UPSTREAM_PROTOCOL', NO_COMMON_VERSION);
  if (error.data === STREAM_ENDED) {
    return fault(
      'UPSTREAM_PROTOCOL',
      'ended its answer before it was complete; what was asked may or may not have been done',
    );
  }
  const { uri } = context;
  if (uri !== undefined && isResourceNotFound(error, uri)) {
    return new BailiwickError('UNKNOWN_RESOURCE', `Unknown resource: ${uri}`, {
      cause: error,
      data: { uri },
    });
  }
  const upstream = {
    code: error.code,
    message: error.message,
    ...(error.data === undefined ? {} : { data: error.data }),
  };
  // What a client must mend in its request, and no model in its arguments: capabilities, where its user has not been yet, and
  // the state it sent back.
  const isRejection =
    error.code === MISSING_CAPABILITY ||
    error.code === URL_ELICITATION_REQUIRED ||
    (context.isContinuation === true && error.code === INVALID_PARAMS);
  return fault(
    isRejection ? 'UPSTREAM_REJECTED' : 'UPSTREAM_ERROR',
    `answered with error ${error.code}: ${error.message}`,
    { upstream },
  );
}

function isResourceNotFound(error: ProtocolError, uri: string): boolean {
  if (error.code === LEGACY_RESOURCE_NOT_FOUND) return true;
  return error.code === INVALID_PARAMS && memberOf(error.data, 'uri') === uri;
}

/** The caller, or a shutdown, ended the call. */
export function toCancellation(signal: AbortSignal, source: string): BailiwickError {
  return new BailiwickError('CANCELLED', `the call to source ${source} was cancelled`, {
    cause: signal.reason,
  });
}

/** Errors of opening a socket: nothing was sent. */
const NOT_REACHED = new Set<unknown>([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** A connection that stood can end with the same codes: its error then comes of reading or writing. */
function isNotReached(cause: Error): boolean {
  const syscall = memberOf(cause, 'syscall');
  return NOT_REACHED.has(memberOf(cause, 'code')) && syscall !== 'read' && syscall !== 'write';
}

/** True where the connection is of no more use, or cannot be opened, whatever becomes of the request. */
export function isConnectionLost(error: unknown): boolean {
  return (
    wasNotSent(error) ||
    causesOf(error).some(
      (cause) => cause instanceof SdkError && (cause.code as string) === 'CONNECTION_CLOSED',
    )
  );
}

/** True where nothing of the request left this process. */
export function wasNotSent(error: unknown): boolean {
  return causesOf(error).some((cause) => {
    if (cause instanceof NotSentError) return true;
    if (cause instanceof SdkError) return (cause.code as string) === 'NOT_CONNECTED';
    // What the upstream itself answered, in whatever words, is the answer to a request that it has.
    if (!(cause instanceof Error) || cause instanceof ProtocolError) return false;
    return cause.message === 'Not connected' || isNotReached(cause);
  });
}

/**
 * True where a legacy server does not know the session any more: HTTP 404 (MCP 2025-11-25, basic/transports, "Session
 * Management"), and what many servers answer instead, 400 with a text about the session.
 */
export function isSessionLost(error: unknown): boolean {
  return httpErrorsOf(error).some(
    (cause) => cause.status === 404 || (cause.status === 400 && isAboutSession(cause)),
  );
}

/**
 * True where it was lost before the request was carried out. An error that names the request was made by who read it, unless it
 * is the one that the specification wants.
 */
export function wasRefusedForSession(error: unknown): boolean {
  return (
    isSessionLost(error) &&
    httpErrorsOf(error).every(
      (cause) => memberOf(cause.data, 'isAnswer') !== true || (cause.status === 404 && isAboutSession(cause)),
    )
  );
}

function httpErrorsOf(error: unknown): SdkHttpError[] {
  return causesOf(error).filter((cause) => cause instanceof SdkHttpError);
}

function isAboutSession({ data }: SdkHttpError): boolean {
  return /session/i.test(String(memberOf(data, 'text')));
}

/**
 * True where a server refused a request of the modern era in a way that this era does not know (HTTP 400 without its JSON-RPC
 * error): it may speak another one than it did.
 */
export function isForeignRefusal(error: unknown): boolean {
  return causesOf(error).some((cause) => cause instanceof SdkHttpError && cause.status === 400);
}

/** The server says that the headers do not fit the arguments: our definition of the tool is an old one. */
export function isHeaderMismatch(error: unknown): boolean {
  return error instanceof ProtocolError && error.code === HEADER_MISMATCH;
}

function readJsonRpcError(error: SdkHttpError): { code: number; message: string } | undefined {
  const text = memberOf(error.data, 'text');
  if (typeof text !== 'string') return undefined;
  try {
    const own = memberOf(JSON.parse(text), 'error');
    const [code, message] = [memberOf(own, 'code'), memberOf(own, 'message')];
    return typeof code === 'number' && typeof message === 'string' ? { code, message } : undefined;
  } catch {
    return undefined;
  }
}
