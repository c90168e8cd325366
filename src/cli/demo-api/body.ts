import type { IncomingMessage } from 'node:http';
import { invalidRequest, Problem } from './problem.ts';

/** In bytes. Room for an attachment of 256 KiB in base64, several times over. */
const MAX_BODY = 1024 * 1024;

/** Reads and parses a JSON body. `413` over {@link MAX_BODY}, `415` for other content types, `400` for what is not JSON. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const contentType = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (contentType !== 'application/json') {
    throw new Problem(
      'unsupported-media-type',
      `Send the body as application/json, not as ${contentType || 'nothing'}.`,
    );
  }
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (error) {
    const detail = error instanceof SyntaxError ? `not JSON: ${error.message}` : 'not UTF-8';
    throw invalidRequest([{ in: 'body', at: '', detail }]);
  }
}

function tooLarge(): Problem {
  return new Problem('too-large', `The body is over ${MAX_BODY} bytes.`);
}
