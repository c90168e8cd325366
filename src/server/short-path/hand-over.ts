import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { IncomingMessage } from 'node:http';

/** A body that was read already: parsed, or the fault of a text that is no JSON. */
type Body = { readonly value: unknown } | { readonly fault: Error };

const bodies = new WeakMap<IncomingMessage, Body>();

/** Keeps the body of a request that was read and turned out to be somebody else's to answer. */
export function handOver(request: IncomingMessage, text: string): void {
  bodies.set(request, toBody(text));
}

/** Takes what was handed over, and otherwise reads the body with `readBody`. */
export function takeOver(readBody: RequestHandler): RequestHandler {
  return function readOnce(request: Request, response: Response, next: NextFunction): unknown {
    const body = bodies.get(request);
    if (!body) return readBody(request, response, next);
    if ('fault' in body) throw body.fault;
    request.body = body.value;
    next();
    return undefined;
  };
}

function toBody(text: string): Body {
  try {
    return { value: JSON.parse(text.replace(/^\u{FEFF}/u, '')) };
  } catch {
    // As express says it.
    const fault = new SyntaxError('the body is not JSON');
    return { fault: Object.assign(fault, { type: 'entity.parse.failed', status: 400 }) };
  }
}
