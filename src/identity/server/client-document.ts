import type { AttemptLimit } from './attempt-limit.ts';
import { normalizeClientMetadata } from './client-metadata.ts';

/**
 * The document that describes a client, as oidc-provider takes it. What it says of itself, its `client_id` and secrets that have no place
 * in it, is left as it is, so that it is looked at; and so is a document without `client_id`, which describes no client.
 */
export async function readClientDocument(response: Response): Promise<Response> {
  if (response.status !== 200) return response;
  const text = await response.text();
  return new Response(tidy(text), { status: 200, headers: response.headers });
}

function tidy(text: string): string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return text;
  const given = document as Record<string, unknown>;
  // Keys of a client are fetched the same way.
  if (!('client_id' in given)) return text;
  const kept = ['client_id', 'client_secret', 'client_secret_expires_at'].flatMap((name) =>
    name in given ? [[name, given[name]] as const] : [],
  );
  return JSON.stringify({ ...normalizeClientMetadata(given, 'none'), ...Object.fromEntries(kept) });
}

/** @throws Error where too many documents of one host were fetched in a short time */
export function limitFetches(
  fetchDocument: (url: string) => Promise<Response>,
  limit: AttemptLimit,
): (url: string) => Promise<Response> {
  return async (url) => {
    const { host } = new URL(url);
    if (!limit.isOpen(host)) throw new Error(`too many documents were fetched from ${host} in this minute`);
    limit.note(host);
    return fetchDocument(url);
  };
}
