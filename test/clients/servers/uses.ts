import path from 'node:path';
import { match } from 'node:assert/strict';
import type { AnyClient } from '../kinds.ts';

/** What one use of a server gives, as text. */
type Use = (client: AnyClient, folder: string) => Promise<string>;

const call = async (client: AnyClient, name: string, args: Record<string, unknown> = {}): Promise<string> =>
  JSON.stringify(await client.call(name, args));

const EVERYTHING: readonly (readonly [Use, RegExp])[] = [
  [(client) => call(client, 'echo', { message: 'hi' }), /Echo: hi/],
  [(client) => call(client, 'get-structured-content', { location: 'Chicago' }), /"structuredContent":\{/],
  [(client) => call(client, 'get-tiny-image'), /"mimeType":"image\/png"/],
  [(client) => call(client, 'get-sum', { a: 'one', b: 2 }), /"isError":true/],
  [async (client) => JSON.stringify(await client.request('resources/list')), /"uri":"/],
  [
    async (client) => JSON.stringify(await client.request('prompts/get', { name: 'simple-prompt' })),
    /"messages"/,
  ],
];

const FILES: readonly (readonly [Use, RegExp])[] = [
  [
    (client, folder) => call(client, 'read_text_file', { path: path.join(folder, 'data/a.txt') }),
    /content of a/,
  ],
  [
    (client, folder) => call(client, 'write_file', { path: path.join(folder, 'data/b.txt'), content: 'b' }),
    /Successfully wrote/,
  ],
  [(client) => call(client, 'read_text_file', { path: '/etc/hostname' }), /"isError":true/],
];

const MEMORY: readonly (readonly [Use, RegExp])[] = [
  [
    (client) =>
      call(client, 'create_entities', {
        entities: [{ name: 'Ada', entityType: 'person', observations: ['counts'] }],
      }),
    /"entities":/,
  ],
  [(client) => call(client, 'read_graph'), /counts/],
  [(client) => call(client, 'create_entities', {}), /"isError":true/],
];

const USES: Record<string, readonly (readonly [Use, RegExp])[]> = { files: FILES, memory: MEMORY };

/** Uses each kind of thing that a source offers. @throws where one does not give what it should */
export async function useSource(source: string, client: AnyClient, folder: string): Promise<number> {
  const uses = USES[source] ?? EVERYTHING;
  for (const [use, expected] of uses) {
    // oxlint-disable-next-line no-await-in-loop -- some build on others
    match(await use(client, folder), expected);
  }
  return uses.length;
}
