import type { Plan } from '../upstream.ts';
import type { HttpRequest } from './build-request.ts';

/** The request as a person reads it. */
export function toPlan(request: HttpRequest): Plan {
  const { body } = request;
  return { ...request, body: body === null || typeof body === 'string' ? body : toReadable(body) };
}

function toReadable(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return `data:;base64,${Buffer.from(bytes).toString('base64')}`;
  }
}
