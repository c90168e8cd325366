import { BailiwickError, type ErrorCode, messageOf } from '../../errors.ts';
import { AddressRefusedError } from '../network/address-guard.ts';
import type { Scrub } from '../scrub.ts';
import type { BaseUrl } from './base-url.ts';

/** What a fault's text needs to know about the call it ended. */
export interface FaultContext {
  readonly source: string;
  /** Who did not answer, where that is not the API itself. */
  readonly peer?: string;
  readonly base: BaseUrl;
  /** False for a tool that only reads: repeating it does no harm. */
  readonly changesSomething: boolean;
  readonly scrub: Scrub;
}

interface Fault {
  readonly code: ErrorCode;
  readonly what: string;
  readonly advice: string;
  /** False where the request certainly did not leave. */
  readonly mayHaveArrived: boolean;
}

const TEXTS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'its name does not resolve at the moment',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  UND_ERR_CONNECT_TIMEOUT: 'it did not accept a connection in time',
};

/** The fault behind an error of the HTTP client. Its text names the source, and host and port only where configuration named them first. */
export function toFault(error: unknown, context: FaultContext): BailiwickError {
  const fault = error instanceof AddressRefusedError ? describeRefusal(error, context) : classify(error);
  return createFault(fault, context, error);
}

export function createTimeout(timeoutMs: number, context: FaultContext): BailiwickError {
  const fault: Fault = {
    code: 'UPSTREAM_TIMEOUT',
    what: `did not answer within ${timeoutMs} ms`,
    advice: `check that it is healthy, or raise sources.${context.source}.timeout`,
    mayHaveArrived: true,
  };
  return createFault(fault, context);
}

/** The address itself is the operator's to know; the text is for clients. */
function describeRefusal(error: AddressRefusedError, { source, base }: FaultContext): Fault {
  const subject = base.isPinned ? 'its host' : 'the host that the document names';
  const kind = error.kind === 'metadata' ? 'metadata service' : error.kind;
  return {
    code: 'CONFIGURATION',
    what: `was not called: ${subject} leads to a ${kind} address`,
    advice: error.canBeOpened
      ? `set sources.${source}.privateNetwork: true if that is meant`
      : 'such an address is reached only where the configured URL is the address itself',
    mayHaveArrived: false,
  };
}

function classify(error: unknown): Fault {
  const code = codeOf(error);
  const unavailable = { code: 'UPSTREAM_UNAVAILABLE' } as const;
  if (code in TEXTS && !isOfOpenConnection(error)) {
    const advice = 'check that it is running and that this address is right';
    return { ...unavailable, what: `cannot be reached: ${TEXTS[code]}`, advice, mayHaveArrived: false };
  }
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
    const what = 'was not called: the request that its document describes cannot be sent over HTTP';
    return { code: 'CONFIGURATION', what, advice: 'correct the document', mayHaveArrived: false };
  }
  if (/^HPE_|^UND_ERR_HEADERS_OVERFLOW$/.test(code) || isParserError(error)) {
    const what = 'answered something that is not HTTP';
    return {
      code: 'UPSTREAM_PROTOCOL',
      what,
      advice: 'check that this is the port of the API',
      mayHaveArrived: true,
    };
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/.test(code)) {
    const advice = 'check its certificate, or name its authority in NODE_EXTRA_CA_CERTS';
    const what = `cannot be reached: its TLS certificate is not accepted (${code})`;
    return { ...unavailable, what, advice, mayHaveArrived: false };
  }
  if (/SSL|EPROTO/.test(code)) {
    const what = 'cannot be reached: it does not speak TLS';
    return { ...unavailable, what, advice: 'check whether the URL should be http', mayHaveArrived: false };
  }
  const what = 'broke the connection before its answer was complete';
  return { ...unavailable, what, advice: 'check its log', mayHaveArrived: true };
}

function createFault(fault: Fault, context: FaultContext, error?: unknown): BailiwickError {
  const { source, peer = source, base, changesSomething, scrub } = context;
  const place = base.isPinned ? ` (${base.host})` : '';
  const warning =
    fault.mayHaveArrived && changesSomething
      ? ' The request may have taken effect: look before you repeat it.'
      : '';
  const message = `${peer}${place} ${fault.what}; ${fault.advice}.${warning}`;
  const cause = error === undefined ? `at ${base.origin}` : `at ${base.origin}: ${describe(error)}`;
  return new BailiwickError(fault.code, message, {
    cause: new Error(scrub(cause)),
    nothingSent: !fault.mayHaveArrived,
  });
}

/** The code of an error, or of the first one inside an `AggregateError` (several addresses of one name). */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return '';
}

/** A connection that stood can end with the codes of one that was never made. */
function isOfOpenConnection(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && ['read', 'write'].includes(String(error.syscall));
}

function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === 'HTTPParserError';
}

/** Code and message only: the client's errors also carry sockets and raw bytes of the answer. */
function describe(error: unknown): string {
  const message = messageOf(error);
  return [codeOf(error), message].filter((part) => part !== '').join(' ');
}
