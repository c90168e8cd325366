import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { ElicitResult } from '@modelcontextprotocol/client';

/** As many redirects as a sign-in has, and a few. */
const MAX_REDIRECTS = 10;

/** An ordinary client of one era, whose user agrees to every form as it is and follows every link. */
export async function connectClient(endpoint: string, revision: string, key?: string): Promise<Client> {
  const client = new Client(
    { name: 'conformance-driver', version: '1.0.0' },
    {
      versionNegotiation: { mode: revision === '2026-07-28' ? { pin: revision } : 'legacy' },
      capabilities: { elicitation: { form: { applyDefaults: true }, url: {} } },
    },
  );
  client.setRequestHandler('elicitation/create', async ({ params }): Promise<ElicitResult> => {
    if (params.mode === 'url') {
      await followLinks(params.url);
      return { action: 'accept' };
    }
    const agreed = Object.entries(params.requestedSchema.properties).filter(
      ([, field]) => field.type === 'boolean' && !('default' in field),
    );
    return { action: 'accept', content: Object.fromEntries(agreed.map(([name]) => [name, true])) };
  });
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(endpoint), { requestInit: { headers } }));
  return client;
}

/** What a person's browser does with a sign-in that asks nothing: goes on from the first page, and follows the redirects back. */
async function followLinks(start: string): Promise<void> {
  const cookies: string[] = [];
  let url = start;
  for (let hop = 0; hop < MAX_REDIRECTS; hop++) {
    // oxlint-disable-next-line no-await-in-loop -- each says where the next is
    const response = await fetch(url, { redirect: 'manual', headers: { cookie: cookies.join('; ') } });
    // oxlint-disable-next-line no-await-in-loop
    const page = await response.text();
    cookies.push(...response.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? ''));
    const link = /<a href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    const next = response.headers.get('location') ?? link;
    if (next === undefined) return;
    url = new URL(next, url).href;
  }
}
