import { createAddressGuard } from './address-guard.ts';
import { createGuardedAgent } from './guarded-agent.ts';

const TIMEOUT_MS = 5000;
const MAX_BYTES = 65_536;

/**
 * Fetches a document from where a stranger says that it is: over https, from a public address, once, without following anything.
 *
 * @param hosts only these, which may be in a private network; absent: any that is public
 * @throws Error where there is no whole answer
 */
export async function fetchPublicDocument(url: string, hosts?: readonly string[]): Promise<Response> {
  const { protocol, host, hostname, origin, pathname, search } = new URL(url);
  if (protocol !== 'https:') throw new Error(`${url} is no https URL`);
  if (hosts && !hosts.includes(host) && !hosts.includes(hostname)) {
    throw new Error(`${host} is none of the hosts whose documents are taken`);
  }
  const agent = createGuardedAgent(
    createAddressGuard({ namedHosts: hosts ?? [], privateNetwork: hosts !== undefined }),
  );
  try {
    const response = await agent.request({
      origin,
      path: `${pathname}${search}`,
      method: 'GET',
      headers: { accept: 'application/json', 'user-agent': 'bailiwick' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await readText(response.body);
    const headers = new Headers({ 'content-type': 'application/json' });
    const freshness = response.headers['cache-control'];
    if (typeof freshness === 'string') headers.set('cache-control', freshness);
    return new Response(text, { status: response.statusCode === 200 ? 200 : 502, headers });
  } finally {
    void agent.destroy();
  }
}

async function readText(chunks: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`the document is over ${MAX_BYTES} bytes`);
    read.push(chunk);
  }
  return Buffer.concat(read).toString('utf8');
}
