import { Agent } from 'undici';
import { getCACertificates } from 'node:tls';
import { SinkFault } from './sink.ts';
import { orAborted } from './or-aborted.ts';

/** An answer, as much of it as is of use. */
export interface PostAnswer {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** The beginning of the body. */
  readonly text: string;
}

/** Posts to one sink, over connections of its own. */
export interface Poster {
  /** @throws SinkFault `retry` where there is no answer in time. */
  post(request: PostRequest, signal: AbortSignal): Promise<PostAnswer>;
  close(): Promise<void>;
}

export interface PostRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export interface PosterOptions {
  /** From connecting to the end of the answer. */
  readonly timeoutMs: number;
  /** Authorities to trust beside those of the system, PEM. */
  readonly ca?: string | undefined;
  readonly now: () => number;
}

/** What a sink answers is short; more is not read. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Every request goes out once, to the URL that was configured: redirects are answers like any other. */
export function createPoster({ timeoutMs, ca, now }: PosterOptions): Poster {
  const agent = new Agent({
    connections: 2,
    pipelining: 1,
    connect: { timeout: timeoutMs, ...(ca !== undefined && { ca: [...getCACertificates('default'), ca] }) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  return {
    async post({ url, headers, body }, signal) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        return await orAborted(exchange(), AbortSignal.any([signal, timeout]));
      } catch (error) {
        const why = timeout.aborted ? `no answer within ${timeoutMs} ms` : describe(error);
        throw new SinkFault('retry', `${url.host}: ${why}`, { cause: error });
      }

      async function exchange(): Promise<PostAnswer> {
        const response = await agent.request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: 'POST',
          headers: { 'user-agent': 'bailiwick', ...headers },
          body,
          signal: AbortSignal.any([signal, timeout]),
        });
        const text = await readBeginning(response.body);
        const retryAfter = response.headers['retry-after'];
        return {
          status: response.statusCode,
          retryAfterMs: toMilliseconds([retryAfter].flat()[0], now()),
          text,
        };
      }
    },
    close: () => agent.destroy(),
  };
}

/**
 * What an answer other than success means. A record is not dropped for an answer that speaks of the sink and not of the
 * record: a wrong credential, a wrong path or a redirect is mended, and then all is sent.
 */
export function toAnswerFault(answer: PostAnswer, secrets: readonly string[] = []): SinkFault {
  const { status, retryAfterMs } = answer;
  const said = toExcerpt(answer.text, secrets);
  const message = `it answered ${status}${said === '' ? '' : `: ${said}`}`;
  if (status === 413) return new SinkFault('too-large', message);
  if (status === 400 || status === 422) return new SinkFault('refused', message);
  return new SinkFault('retry', message, { retryAfterMs });
}

const MAX_EXCERPT = 200;

/** The beginning of an answer without credentials that a sink may repeat. */
export function toExcerpt(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, '***');
  return clean.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_EXCERPT);
}

/** Seconds, or a date (RFC 9110 §10.2.3). */
function toMilliseconds(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1000;
  const date = /^[A-Z][a-z]+,? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

async function readBeginning(chunks: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    read.push(chunk);
    size += chunk.length;
    if (size >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(read).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
