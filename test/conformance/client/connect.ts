import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { ElicitResult } from '@modelcontextprotocol/client';

/** As many redirects as a sign-in has, and a few. */
const MAX_REDIRECTS = 10;

/** An ordinary client of one era, whose user agrees to every form as it is and follows every link. */
export async function connectClient(endpoint: string, revision: string): Promise<Client> {
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
  await client.connect(new StreamableHTTPClientTransport(new URL(endpoint)));
  return client;
}

/** What a person's browser does with a sign-in that asks nothing: follows the redirects, back to the gateway. */
async function followLinks(start: string): Promise<void> {
  let url = start;
  for (let hop = 0; hop < MAX_REDIRECTS; hop++) {
    // oxlint-disable-next-line no-await-in-loop -- each says where the next is
    const response = await fetch(url, { redirect: 'manual' });
    // oxlint-disable-next-line no-await-in-loop
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (location === null) return;
    url = new URL(location, url).href;
  }
}
