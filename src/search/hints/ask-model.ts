import { Agent } from 'undici';
import { isJsonObject, type Json } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { ChatMessage } from './question.ts';

/** A model behind an endpoint that speaks OpenAI's chat completions. */
export interface ModelEndpoint {
  /** `https://api.openai.com/v1`, with or without `/chat/completions`. */
  readonly url: URL;
  readonly model: string;
  /** Sent as a bearer token; absent: none. */
  readonly key?: string | undefined;
  readonly timeoutMs: number;
  /** How long to wait before another try. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** Asks a model; answers the text of its message. */
export interface Model {
  ask(messages: readonly ChatMessage[]): Promise<string>;
  close(): Promise<void>;
}

/** The largest answer that is read, in bytes. */
const MAX_ANSWER = 1_048_576;

/** A limit of requests, or a server that is busy, is tried again: so often, and after so long at most. */
const TRIES = 4;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const BUSY: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * A way to a model. Each request goes to the given URL alone: redirects are not followed.
 *
 * @returns a model whose `ask` throws BailiwickError: `UPSTREAM_UNAVAILABLE` where nothing answers or it stays busy, `UPSTREAM_TIMEOUT`,
 *   `UPSTREAM_PROTOCOL` for any other answer. No message holds the key.
 */
export function createModel({ url, model, key, timeoutMs, wait }: ModelEndpoint): Model {
  const agent = new Agent({
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const path = url.pathname.replace(/\/+$/, '');
  const target = path.endsWith('/chat/completions') ? path : `${path}/chat/completions`;
  const exchange = async (body: string): Promise<{ status: number; text: string; retryAfter: number }> => {
    const response = await agent.request({
      origin: url.origin,
      path: `${target}${url.search}`,
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'user-agent': 'bailiwick',
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const seconds = Number(response.headers['retry-after']);
    return { status: response.statusCode, text: await readText(response.body), retryAfter: seconds * 1_000 };
  };
  const fail = (code: 'UPSTREAM_PROTOCOL' | 'UPSTREAM_UNAVAILABLE', why: string): BailiwickError =>
    new BailiwickError(code, `${url.host}: ${why}`);
  const tryOnce = (body: string): ReturnType<typeof exchange> =>
    exchange(body).catch((error: unknown) => {
      if (error instanceof BailiwickError) throw error;
      if (error instanceof Error && /timeout/i.test(error.name))
        throw new BailiwickError('UPSTREAM_TIMEOUT', `${url.host}: no answer within ${timeoutMs / 1_000} s`);
      throw fail('UPSTREAM_UNAVAILABLE', 'cannot be reached');
    });
  return {
    async ask(messages) {
      const body = JSON.stringify({ model, messages });
      let answer = await tryOnce(body);
      for (let turn = 1; turn < TRIES && BUSY.has(answer.status); turn++) {
        const pause = answer.retryAfter >= 0 ? answer.retryAfter : FIRST_WAIT_MS * 2 ** (turn - 1);
        // oxlint-disable-next-line no-await-in-loop -- one try after the other
        await wait(Math.min(pause, LONGEST_WAIT_MS));
        // oxlint-disable-next-line no-await-in-loop -- one try after the other
        answer = await tryOnce(body);
      }
      const { status, text } = answer;
      if (BUSY.has(status))
        throw fail('UPSTREAM_UNAVAILABLE', `is busy: it answered ${status} ${TRIES} times`);
      if (status !== 200) throw fail('UPSTREAM_PROTOCOL', `answered ${status}${excerpt(text, key)}`);
      const content = contentOf(text);
      if (content === undefined)
        throw fail('UPSTREAM_PROTOCOL', 'answered something that is no chat completion; is the URL right?');
      return content;
    },
    close: () => agent.destroy(),
  };
}

async function readText(chunks: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_ANSWER)
      throw new BailiwickError('UPSTREAM_PROTOCOL', `the answer of the model is over ${MAX_ANSWER} bytes`);
    read.push(chunk);
  }
  return Buffer.concat(read).toString('utf8');
}

/** `choices[0].message.content`. */
function contentOf(text: string): string | undefined {
  try {
    const answer = JSON.parse(text) as Json;
    const choices = isJsonObject(answer) ? answer['choices'] : undefined;
    const [first] = Array.isArray(choices) ? choices : [];
    const message = isJsonObject(first) ? first['message'] : undefined;
    const content = isJsonObject(message) ? message['content'] : undefined;
    return typeof content === 'string' ? content : undefined;
  } catch {
    return undefined;
  }
}

/** The beginning of what a server says of a refusal; some repeat the key. */
function excerpt(text: string, key: string | undefined): string {
  const plain = text.replaceAll(/\s+/g, ' ').trim();
  const clean = key === undefined ? plain : plain.replaceAll(key, '***');
  return clean === '' ? '' : `: ${clean.slice(0, 200)}`;
}
