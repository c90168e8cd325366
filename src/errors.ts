/**
 * The closed vocabulary of errors. One row per code: what a JSON-RPC client, an HTTP client and a shell see.
 *
 * `rpc` absent: about a visible tool, so answered as a tool error (`isError: true`) and not as a protocol error.
 */
export const ERRORS = {
  UNAUTHENTICATED: {
    http: 401,
    rpc: -32_001,
    exit: 1,
    meaning: 'No credential, or one that does not verify.',
  },
  IDENTITY_UNAVAILABLE: {
    http: 503,
    rpc: -32_001,
    exit: 3,
    meaning:
      'Whether the credential is good cannot be known now: what vouches for it (an issuer, the store of keys) cannot be reached. Nothing is served on it.',
  },
  INSUFFICIENT_SCOPE: {
    http: 403,
    rpc: -32_001,
    exit: 1,
    meaning:
      'A further scope would open this to the caller, and policy says that callers may be told so; `missingScopes` names the smallest.',
  },
  FORBIDDEN_HOST: {
    http: 403,
    rpc: -32_600,
    exit: 1,
    meaning: 'The Host or Origin header is not one this server answers to.',
  },
  INVALID_REQUEST: {
    http: 400,
    rpc: -32_600,
    exit: 2,
    meaning: 'The request is not a well-formed MCP message.',
  },
  REQUEST_TOO_LARGE: {
    http: 413,
    rpc: -32_600,
    exit: 1,
    meaning: 'The request body is over the configured limit.',
  },
  HEADERS_TOO_LARGE: {
    http: 431,
    rpc: -32_600,
    exit: 1,
    meaning: 'The request has more headers than are read.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    http: 415,
    rpc: -32_600,
    exit: 2,
    meaning: 'The request body is not declared as application/json.',
  },
  UNKNOWN_ENDPOINT: {
    http: 404,
    rpc: -32_600,
    exit: 2,
    meaning: 'No source and no catalog has this endpoint.',
  },
  UNKNOWN_SESSION: {
    http: 404,
    rpc: -32_001,
    exit: 1,
    meaning: 'The MCP session is over, unknown, or belongs to another principal.',
  },
  SESSION_LIMIT: { http: 429, rpc: -32_600, exit: 1, meaning: 'Too many open sessions.' },
  UNKNOWN_TOOL: {
    http: 200,
    rpc: -32_602,
    exit: 1,
    meaning: 'No such tool for this caller: absent and hidden look the same.',
  },
  UNKNOWN_RESOURCE: { http: 200, rpc: -32_602, exit: 1, meaning: 'No such resource for this caller.' },
  UNKNOWN_PROMPT: { http: 200, rpc: -32_602, exit: 1, meaning: 'No such prompt for this caller.' },
  INVALID_PARAMS: {
    http: 200,
    rpc: -32_602,
    exit: 1,
    meaning: 'A parameter of the MCP request is wrong, e.g. a cursor of another list.',
  },
  INVALID_ARGUMENTS: {
    http: 200,
    exit: 1,
    meaning: "The arguments do not fit the tool's schema; `pointer` says where.",
  },
  POLICY_DENIED: {
    http: 200,
    exit: 1,
    meaning:
      'Policy does not permit this call; `rules` says which rules decided. `missingScopes` names a scope that would open it, where policy says that callers may be told so.',
  },
  APPROVAL_REQUIRED: {
    http: 200,
    exit: 1,
    meaning:
      "Policy asks for a human's approval, which this version cannot obtain; the message says whose. Not to be repeated until then.",
  },
  RESULT_WITHHELD: {
    http: 200,
    exit: 1,
    meaning:
      'The call was made, and policy lets only a part of its result be shown; that part could not be told from the rest.',
  },
  LIMIT_EXCEEDED: {
    http: 200,
    exit: 1,
    meaning:
      'A rate, concurrency or budget limit has no room for this call; `rules` names the limits, `retryAfterMs` says when there may be.',
  },
  STATE_UNAVAILABLE: {
    http: 200,
    exit: 3,
    meaning:
      'The store that holds limits and budgets cannot be reached or read, so calls under a hard limit are refused.',
  },
  RECORD_UNAVAILABLE: {
    http: 200,
    rpc: -32_603,
    exit: 1,
    meaning: 'The audit record cannot be written, so nothing is sent.',
  },
  UPSTREAM_UNAVAILABLE: { http: 200, exit: 3, meaning: 'What lies behind the tool cannot be reached.' },
  UPSTREAM_TIMEOUT: { http: 200, exit: 3, meaning: 'What lies behind the tool did not answer in time.' },
  UPSTREAM_PROTOCOL: {
    http: 200,
    exit: 3,
    meaning: 'What lies behind the tool answered something that is not its protocol.',
  },
  UPSTREAM_REJECTED: {
    http: 200,
    rpc: -32_603,
    exit: 1,
    meaning:
      'An upstream MCP server refused the request itself, in a way that the client has to see as a protocol error; its JSON-RPC code is passed on.',
  },
  UPSTREAM_ERROR: {
    http: 200,
    exit: 1,
    meaning: 'What lies behind the tool answered with an error; its text is passed on.',
  },
  CLIENT_REFUSED: {
    http: 200,
    exit: 1,
    meaning:
      'An upstream asked the client behind the call for something that this client does not offer, or answered with an error.',
  },
  SIGN_IN_REQUIRED: {
    http: 200,
    exit: 1,
    meaning:
      'The source acts for its users, and this caller has not signed in to it yet; `url` is where to, as far as the caller can be shown one.',
  },
  CANCELLED: { http: 200, rpc: -32_603, exit: 1, meaning: 'The caller, or a shutdown, ended the call.' },
  SHUTTING_DOWN: {
    http: 503,
    rpc: -32_603,
    exit: 1,
    meaning: 'The server is stopping and takes no new calls.',
  },
  CONFIGURATION: {
    http: 500,
    rpc: -32_603,
    exit: 2,
    meaning: 'A configuration, policy or document is wrong; file, line and column are named.',
  },
  USAGE: { http: 500, exit: 2, meaning: 'The command line is wrong.' },
  PORT_IN_USE: { http: 500, exit: 2, meaning: 'Another program listens on the configured address.' },
  INTERNAL: {
    http: 500,
    rpc: -32_603,
    exit: 1,
    meaning: 'A fault in Bailiwick itself; the log has the details.',
  },
} as const satisfies Record<string, { http: number; rpc?: number; exit: 1 | 2 | 3; meaning: string }>;

export type ErrorCode = keyof typeof ERRORS;

/**
 * A fault with a stable code.
 *
 * `message` is safe for the client: it names no credential, no hidden tool and no internal address that the caller did
 * not name first. What only the operator may read goes into `cause`, which is logged and never sent.
 */
export class BailiwickError extends Error {
  readonly code: ErrorCode;
  /** Members for `structuredContent.error` beside `code` and `message`, e.g. `pointer`, `rules`. */
  readonly data: Readonly<Record<string, unknown>>;
  /** True where it is certain that nothing of the call left for its upstream, so that it is not charged. Told to nobody. */
  readonly nothingSent: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; data?: Readonly<Record<string, unknown>>; nothingSent?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BailiwickError';
    this.code = code;
    this.data = options.data ?? {};
    this.nothingSent = options.nothingSent ?? false;
  }
}

/** The same error, saying whether it is certain that nothing of the call was sent. */
export function tellSending(error: BailiwickError, nothingSent: boolean): BailiwickError {
  if (error.nothingSent === nothingSent) return error;
  const { code, message, cause, data } = error;
  return new BailiwickError(code, message, { cause, data, nothingSent });
}

/** What a throw says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Any throw as a {@link BailiwickError}: an unknown one becomes `INTERNAL`, its text kept from the client. */
export function toBailiwickError(error: unknown): BailiwickError {
  if (error instanceof BailiwickError) return error;
  return new BailiwickError('INTERNAL', 'internal error', { cause: error });
}
