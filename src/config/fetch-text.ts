/** The text behind a URL, or why there is none: a clause that goes on after the URL. */
export type Fetched = { readonly text: string } | { readonly reason: string };

export type FetchText = (url: string) => Promise<Fetched>;

/** The largest document that is fetched, in bytes. */
const MAX_BYTES = 16_777_216;

const TIMEOUT_MS = 10_000;

/** Fetches a document, without following redirects: they would lead where the configuration did not say. Never throws. */
export async function fetchText(url: string): Promise<Fetched> {
  try {
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: 'application/json, application/yaml, text/yaml, */*;q=0.1' },
    });
    if (!response.ok) return { reason: `which was answered with ${response.status}` };
    const bytes = await readBounded(response);
    if (bytes === undefined) return { reason: `which is larger than ${MAX_BYTES} bytes` };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return { reason: isLate ? 'which was not answered in time' : 'which could not be fetched' };
  }
}

async function readBounded(response: Response): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop cancels the rest of the answer.
    if (size > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
