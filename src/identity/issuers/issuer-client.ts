import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';
import { Agent } from 'undici';
import { messageOf } from '../../errors.ts';

/** An answer of an issuer, read to its end. */
export interface IssuerAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

export interface IssuerRequest {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Speaks HTTP with one issuer. */
export interface IssuerClient {
  /** Sends once. A redirect is an answer like any other. @throws Error that says what went wrong, and with which host */
  request(request: IssuerRequest): Promise<IssuerAnswer>;
  close(): Promise<void>;
}

/** From connecting to the end of the answer, however slowly it drips. */
const ISSUER_TIMEOUT_MS = 5000;
/** The longest answer that is read. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** @param options.ca file of the authorities behind the issuer, PEM, beside those of the system; read anew where it changed */
export function createIssuerClient(
  options: { readonly ca?: string | undefined; readonly timeoutMs?: number | undefined } = {},
): IssuerClient {
  const timeoutMs = options.timeoutMs ?? ISSUER_TIMEOUT_MS;
  let current: { agent: Agent; ca: string | undefined } | undefined;

  const agentFor = async (): Promise<Agent> => {
    const ca = options.ca === undefined ? undefined : await readFile(options.ca, 'utf8');
    if (current && current.ca === ca) return current.agent;
    void current?.agent.close();
    const agent = new Agent({
      connections: 8,
      connect: { timeout: timeoutMs, ...(ca !== undefined && { ca: [...getCACertificates('default'), ca] }) },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxResponseSize: MAX_ANSWER_BYTES,
    });
    current = { agent, ca };
    return agent;
  };

  return {
    async request({ url, method = 'GET', headers, body }) {
      const { host, origin, pathname, search } = new URL(url);
      const signal = AbortSignal.timeout(timeoutMs);
      const exchange = async (): Promise<IssuerAnswer> => {
        const agent = await agentFor();
        const response = await agent.request({
          origin,
          path: `${pathname}${search}`,
          method,
          headers: { 'user-agent': 'bailiwick', accept: 'application/json', ...headers },
          ...(body !== undefined && { body }),
          signal,
        });
        return {
          status: response.statusCode,
          headers: response.headers,
          text: await readText(response.body),
        };
      };
      try {
        return await orAborted(exchange(), signal);
      } catch (error) {
        const why = signal.aborted ? `no whole answer within ${timeoutMs} ms` : describe(error);
        throw new Error(why.includes(host) ? why : `${host}: ${why}`, { cause: error });
      }
    },
    async close() {
      await current?.agent.destroy();
    },
  };
}

async function readText(chunks: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    read.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(read));
}

/** The client answers an abort only once a connection stands; a host that accepts none must not hold the caller. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  work.catch(() => {});
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function describe(error: unknown): string {
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE')
      return `the answer is longer than ${MAX_ANSWER_BYTES} bytes`;
    if (error.message === '') return String(error.code);
  }
  return messageOf(error);
}
