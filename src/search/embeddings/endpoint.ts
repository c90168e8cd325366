import { orAborted } from '../../upstream/network/or-aborted.ts';
import { getCACertificates } from 'node:tls';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { toExcerpt } from '../../audit/sinks/http-post.ts';
import { readBody } from '../../upstream/http/response-body.ts';
import { createAddressGuard } from '../../upstream/network/address-guard.ts';
import { createGuardedAgent } from '../../upstream/network/guarded-agent.ts';
import { EmbeddingFault } from './provider.ts';

/** An endpoint that is asked in JSON, over connections of its own. */
export interface Endpoint {
  /**
   * Posts JSON to a path below the endpoint; asks with GET where there is none to post.
   *
   * @param read what is made of the answer; its faults, too, are told with the place that answered
   * @param maxBytes the most that is read of an answer
   * @throws EmbeddingFault for anything but JSON with status 200
   */
  ask<Answer>(path: string, options: AskOptions, read: (answer: Json) => Answer): Promise<Answer>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly body?: JsonObject;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface EndpointOptions {
  readonly url: string;
  readonly key?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Authorities to trust beside those of the system, PEM. */
  readonly ca?: string | undefined;
}

/** What an answer of this many vectors may have in bytes: numbers are written with up to 25 characters. */
export function maxBytesFor(count: number): number {
  return Math.min(65_536 + count * 262_144, 64 * 1024 * 1024);
}

/**
 * The operator named the endpoint, so that it may be in a private network; link-local addresses, metadata services and reserved ranges
 * stay closed. Every request goes out once: a redirect is an answer like any other. There are no deadlines but the signal's.
 */
export function createEndpoint({ url, key, headers, ca }: EndpointOptions): Endpoint {
  const base = new URL(url);
  const agent = createGuardedAgent(
    // Named by nobody: an address that is written down would be open, whatever it leads to.
    createAddressGuard({ namedHosts: [], privateNetwork: true }),
    ca === undefined ? {} : { tls: { ca: [...getCACertificates('default'), ca] } },
  );
  const secrets = [...(key === undefined ? [] : [key]), ...Object.values(headers)];

  const placeOf = (path: string): string => `${base.pathname.replace(/\/+$/, '')}${path}`;

  async function exchange(path: string, { body, maxBytes, signal }: AskOptions): Promise<Json> {
    const response = await agent.request({
      origin: base.origin,
      path: placeOf(path),
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'user-agent': 'bailiwick',
        accept: 'application/json',
        'accept-encoding': 'gzip, br',
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...headers,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal,
    });
    const encoding = [response.headers['content-encoding']].flat()[0];
    const read = await readBody(response.body, encoding, maxBytes);
    const { statusCode: status } = response;
    if (read.kind === 'too-large' && status === 200) {
      throw new EmbeddingFault('retry', `its answer is wrong: it has more than ${maxBytes} bytes`);
    }
    const said = read.kind === 'bytes' ? read.bytes.toString('utf8') : '';
    if (status !== 200) {
      const retryAfter = [response.headers['retry-after']].flat()[0];
      throw toStatusFault(status, toExcerpt(said, secrets), retryAfter);
    }
    try {
      return JSON.parse(said) as Json;
    } catch (error) {
      throw new EmbeddingFault('retry', 'its answer is wrong: it is not JSON', { cause: error });
    }
  }

  return {
    async ask(path, options, read) {
      const where = `${base.host}${placeOf(path)}`;
      try {
        return read(await orAborted(exchange(path, options), options.signal));
      } catch (error) {
        if (error instanceof EmbeddingFault) {
          const { kind, message, retryAfterMs, cause } = error;
          throw new EmbeddingFault(kind, `${where}: ${message}`, { cause, retryAfterMs });
        }
        const why = options.signal.aborted ? 'no answer in time' : describe(error);
        throw new EmbeddingFault('retry', `${where}: ${why}`, { cause: error });
      }
    },
    close: () => agent.destroy(),
  };
}

/** The member of an answer, where it is an object that has it. */
export function memberOf(answer: Json, name: string): Json | undefined {
  return isJsonObject(answer) && Object.hasOwn(answer, name) ? answer[name] : undefined;
}

/** The id of a model as an endpoint reports it; what is no such id counts as not reported. */
export function modelOf(answer: Json, name: string): string | undefined {
  const model = memberOf(answer, name);
  return typeof model === 'string' && model !== '' && model.length <= 512 ? model : undefined;
}

function toStatusFault(status: number, said: string, retryAfter: string | undefined): EmbeddingFault {
  const message = `it answered ${status}${said === '' ? '' : `: ${said}`}`;
  if (status === 413) return new EmbeddingFault('too-large', message);
  if (status === 400 || status === 422) return new EmbeddingFault('refused', message);
  const seconds = /^\d{1,5}$/.test(retryAfter?.trim() ?? '') ? Number(retryAfter) : undefined;
  return new EmbeddingFault('retry', message, {
    retryAfterMs: seconds === undefined ? undefined : seconds * 1000,
  });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
