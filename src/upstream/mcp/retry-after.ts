import type { IncomingHttpHeaders } from 'node:http';
import { SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';

/** Longer waits are told as a day. */
const MAX_WAIT_MS = 86_400_000;

/** Statuses with which `Retry-After` says when to come again (RFC 9110 §10.2.3, RFC 6585 §4). */
const BUSY = new Set([429, 503]);

/** How much of a refusal's body is read. */
const MAX_TEXT_BYTES = 64 * 1024;

/**
 * How long a server that is busy asks to wait, in milliseconds; `undefined` where it is not, or does not say. A date counts from
 * the server's own `Date`, whatever our clock says.
 */
export function readRetryAfter(
  status: number,
  headers: Pick<IncomingHttpHeaders, 'retry-after' | 'date'>,
): number | undefined {
  const value = headers['retry-after']?.trim();
  if (!BUSY.has(status) || value === undefined || value === '') return undefined;
  if (/^\d{1,15}$/.test(value)) return Math.min(Number(value) * 1000, MAX_WAIT_MS);
  const [until, now] = [Date.parse(value), Date.parse(headers.date ?? '')];
  if (Number.isNaN(until) || Number.isNaN(now)) return undefined;
  return Math.min(Math.max(0, until - now), MAX_WAIT_MS);
}

/**
 * The error of a response that says when to come again, with `retryAfterMs` among its data; `undefined` for any other response.
 * The SDK, which makes errors of the others, leaves their headers out.
 */
export async function toBusyError(response: Response): Promise<SdkHttpError | undefined> {
  const { status, statusText, headers } = response;
  const retryAfterMs = readRetryAfter(status, Object.fromEntries(headers));
  if (retryAfterMs === undefined) return undefined;
  const text = await readSome(response).catch(() => '');
  return new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, `HTTP ${status}: ${text}`, {
    status,
    statusText,
    text,
    retryAfterMs,
  });
}

async function readSome({ body }: Response): Promise<string> {
  if (!body) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_TEXT_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
