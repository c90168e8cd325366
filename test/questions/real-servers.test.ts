import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMatrix, type UpstreamName } from '../clients/matrix.ts';
import { CLIENT_KINDS } from '../support/clients.ts';
import { connectAsked } from './asked-clients.ts';

const UPSTREAMS = [
  'old-http',
  'old-stdio',
  'new-http',
  'new-stdio',
] as const satisfies readonly UpstreamName[];

let matrix: Awaited<ReturnType<typeof startMatrix>>;
beforeAll(async () => {
  matrix = await startMatrix(UPSTREAMS);
});
afterAll(async () => matrix[Symbol.asyncDispose]());

describe.each(CLIENT_KINDS)('a real client (%s)', (kind) => {
  test.each(UPSTREAMS)('answers what a real server asks (%s)', async (source) => {
    const { client, asked } = await connectAsked(
      kind,
      { url: `${matrix.url}/mcp/${source}`, as: null },
      {
        answers: { 'elicitation/create': () => ({ action: 'accept', content: { name: 'Ada' } }) },
      },
    );
    const call = async (name: string): Promise<string> =>
      JSON.stringify(await client.callTool({ name, arguments: {} }));

    expect(await call('ask')).toContain('accept {\\"name\\":\\"Ada\\"}');
    expect(await call('sample')).toContain('Hello');
    expect(await call('roots')).toContain('file:///work');

    expect(asked.map(({ method }) => method)).toEqual([
      'elicitation/create',
      'sampling/createMessage',
      'roots/list',
    ]);
    expect(asked[0]?.params['message']).toMatch(new RegExp(`^${source} asks: `));
  });

  test.each(UPSTREAMS)('keeps its questions apart from those of others (%s)', async (source) => {
    const names = ['Ada', 'Bo', 'Cy'];
    const answers = await Promise.all(
      names.map(async (name) => {
        const { client } = await connectAsked(
          kind,
          { url: `${matrix.url}/mcp/${source}`, as: null },
          {
            answers: { 'elicitation/create': () => ({ action: 'accept', content: { name } }) },
          },
        );
        return Promise.all([1, 2].map(() => client.callTool({ name: 'ask', arguments: {} })));
      }),
    );
    for (const [index, both] of answers.entries())
      for (const answer of both) expect(JSON.stringify(answer)).toContain(`\\"name\\":\\"${names[index]}\\"`);
  });
});
