import type { IncomingMessage } from 'node:http';
import type { AttemptLimit } from './attempt-limit.ts';
import { normalizeClientMetadata } from './client-metadata.ts';
import { PREFIX } from './prefix.ts';
import { CLIENT_MODEL, type ShelfWorld } from './store-adapter.ts';

/** Programs that registered themselves and are kept at one time. */
const MAX_CLIENTS = 1000;

const MAX_BODY_BYTES = 32_768;

/** Why a registration is not even looked at (RFC 7591, section 3.2.2). */
export interface RegistrationRefusal {
  readonly status: 400 | 413 | 429 | 503;
  readonly error: string;
  readonly error_description: string;
}

/** Reads a registration and puts in its place what oidc-provider takes. */
export async function prepareRegistration(
  request: IncomingMessage,
  { limit, world }: { limit: AttemptLimit; world: ShelfWorld },
): Promise<RegistrationRefusal | undefined> {
  const from = request.socket.remoteAddress ?? '';
  if (!limit.isOpen(from)) {
    return refusal(429, 'temporarily_unavailable', 'too many programs registered themselves in this minute');
  }
  limit.note(from);
  const body = await readBody(request);
  if (body === undefined) {
    return refusal(413, 'invalid_client_metadata', `the metadata is over ${MAX_BODY_BYTES} bytes`);
  }
  const metadata = parseObject(body);
  if (!metadata) return refusal(400, 'invalid_client_metadata', 'the body is no JSON object');
  if ((await countClients(world)) >= MAX_CLIENTS) {
    return refusal(
      503,
      'temporarily_unavailable',
      'too many programs are registered; those that nobody uses go within a day',
    );
  }
  replaceBody(request, JSON.stringify(normalizeClientMetadata(metadata, 'client_secret_basic')));
  return undefined;
}

function refusal(
  status: RegistrationRefusal['status'],
  error: string,
  description: string,
): RegistrationRefusal {
  return { status, error, error_description: description };
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

async function countClients({ store, now }: ShelfWorld): Promise<number> {
  let count = 0;
  let cursor: string | undefined;
  do {
    // oxlint-disable-next-line no-await-in-loop -- page by page
    const page = await store.list(`${PREFIX}${CLIENT_MODEL}/`, {
      now: now(),
      ...(cursor !== undefined && { cursor }),
    });
    count += page.keys.length;
    cursor = page.cursor;
  } while (cursor !== undefined && count < MAX_CLIENTS);
  return count;
}

/** The request reads as if this had been sent: a body that was read already is one that oidc-provider complains of. */
function replaceBody(request: IncomingMessage, text: string): void {
  const bytes = Buffer.from(text);
  delete request.headers['transfer-encoding'];
  request.headers['content-length'] = String(bytes.length);
  request.headers['content-type'] = 'application/json';
  Object.defineProperty(request, 'readable', { value: true });
  Object.defineProperty(request, 'iterator', { value: () => [bytes].values() });
}
