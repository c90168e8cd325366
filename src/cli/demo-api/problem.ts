/** One thing that is wrong with a request: where, and what to do. */
export interface Fault {
  readonly in: 'path' | 'query' | 'header' | 'body';
  /** Name of the parameter, or JSON pointer into the body. */
  readonly at: string;
  readonly detail: string;
}

/** The kinds of refusal this API knows, with their HTTP status and title. */
const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is wrong' },
  unauthorized: { status: 401, title: 'A key is needed' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  conflict: { status: 409, title: 'Not possible in this state' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'Not a content type this API reads' },
  'key-reused': { status: 422, title: 'The idempotency key was used for another request' },
  fault: { status: 500, title: 'A fault of the desk' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemKind = keyof typeof PROBLEMS;

/** A refusal, answered as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly faults: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: ProblemKind,
    detail: string,
    options: { faults?: readonly Fault[]; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.kind = kind;
    this.faults = options.faults ?? [];
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return PROBLEMS[this.kind].status;
  }

  /** The body of the answer. */
  toBody(requestId: string): Record<string, unknown> {
    return {
      type: `urn:helpdesk:${this.kind}`,
      title: PROBLEMS[this.kind].title,
      status: this.status,
      detail: this.message,
      requestId,
      ...(this.faults.length > 0 && { errors: this.faults }),
    };
  }
}

/** `400` with each fault named; `detail` repeats the faults so that a reader of the text alone can mend the call. */
export function invalidRequest(faults: readonly Fault[]): Problem {
  const named = faults
    .slice(0, 5)
    .map((fault) => `${fault.in} ${fault.at || '(whole body)'}: ${fault.detail}`);
  const more = faults.length > named.length ? [`and ${faults.length - named.length} more`] : [];
  return new Problem('invalid-request', [...named, ...more].join('; '), { faults });
}

/** `404` for one thing, with the operation that lists what there is. */
export function notFound(noun: string, id: string, hint: string): Problem {
  return new Problem('not-found', `There is no ${noun} ${id}. ${hint}`);
}
