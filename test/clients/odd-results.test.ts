import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFolder, startGateway } from '../support/gateway.ts';
import { ANSWERS, TOOL } from './fixtures/odd-answers.ts';
import { legacyHttp, modernHttp, stdio, type Leg, type Params } from './raw-legs.ts';

const CHILD = fileURLToPath(new URL('fixtures/repeating-child.ts', import.meta.url));
const SERVER_INFO = 'io.modelcontextprotocol/serverInfo';

const FILES = {
  'bailiwick.yaml': stringify({
    server: { listen: '127.0.0.1:0' },
    identity: { local: { scopes: ['all'] } },
    sources: { up: { mcp: { command: [process.execPath, CHILD] } } },
    policies: 'policies/',
    state: { memory: true },
  }),
  'policies/all.policy.yaml': stringify({ policy: 'all', scopes: { all: { source: 'up' } } }),
};

let gateway: Awaited<ReturnType<typeof startGateway>>;
let workspace: Awaited<ReturnType<typeof createFolder>>;

beforeAll(async () => {
  [gateway, workspace] = await Promise.all([startGateway(FILES), createFolder(FILES)]);
});
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
});

const LEGS: Record<string, () => Leg | Promise<Leg>> = {
  'a legacy session over HTTP': () => legacyHttp(gateway.endpoint),
  'a resumed stream of a legacy session': () => legacyHttp(gateway.endpoint, true),
  'a modern client over HTTP': () => modernHttp(gateway.endpoint),
  'a modern client over HTTP that goes through the SDK': () =>
    modernHttp(gateway.endpoint, 'application/json;  charset=utf-8'),
  'a legacy client over stdio': () => stdio(workspace.folder, 'legacy'),
  'a modern client over stdio': () => stdio(workspace.folder, 'modern'),
};

type Result = Record<string, unknown>;

/** Lists in lists in lists. */
function deep(depth: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { '': value };
  return value;
}

const TEXT = { type: 'text', text: 'x' };
const RESULTS: Record<string, Result> = {
  'a block of an unknown type': { content: [{ type: 'hologram', depth: 3 }] },
  'known blocks with unknown members': {
    content: [
      { ...TEXT, future: 1, annotations: { priority: 0.5, future: [] }, _meta: { a: { b: null } } },
      { type: 'image', data: 'AAAA', mimeType: 'image/png', future: {} },
      { type: 'resource', resource: { uri: 'odd:x', text: '', future: { deep: [[]] } }, future: null },
      { type: 'resource_link', uri: 'odd:y', name: 'y', icons: [{ src: 'data:,', future: 1 }] },
    ],
    future: [1],
    _meta: { 'com.example/kept': { a: [1] } },
  },
  'known blocks that lack what the SDK wants': {
    content: [{ type: 'text' }, { type: 'image', data: 5 }, { type: 'audio' }, { type: '' }],
  },
  'a tool’s own error': { content: [{ type: 'hologram' }], isError: true },
  'nothing in it': { content: [] },
  'empty names and texts': { content: [{ type: 'text', text: '', '': '' }], '': {} },
  'letters of all kinds': { content: [{ ...TEXT, text: 'ü \u{1F600} 中 \u0000 \u2028', ключ: '\\"' }] },
  'something deep': { content: [TEXT], structuredContent: { deep: deep(150) } },
  'a member that code trips over': JSON.parse('{"content":[{"type":"odd","__proto__":{"a":1}}]}') as Result,
  'what looks like our own stand-in': { content: [TEXT], _meta: { 'bailiwick/held': { result: {} } } },
  'a list for structured content': { content: [], structuredContent: [{ future: 1 }] },
  'null for structured content': { content: [{ type: 'odd' }], structuredContent: null },
  'a number for structured content, said as text': { content: [TEXT], structuredContent: 7 },
};

/** What the protocol makes of a tool's result for clients of each era. */
function expectedOf(result: Result, era: Leg['era']): Result {
  const { structuredContent, _meta } = result;
  const content = result['content'] as Result[];
  const isOdd =
    structuredContent !== undefined &&
    (typeof structuredContent !== 'object' || structuredContent === null || Array.isArray(structuredContent));
  const isSaid = content.some(({ type }) => type === 'text');
  return {
    ...result,
    ...(isOdd &&
      !isSaid && { content: [...content, { type: 'text', text: JSON.stringify(structuredContent) }] }),
    ...(isOdd && era === 'legacy' && { structuredContent: { result: structuredContent } }),
    ...(era === 'modern' && {
      resultType: 'complete',
      _meta: { ...(_meta as object), [SERVER_INFO]: 'us' },
    }),
  };
}

/** JSON with its members in order; who we are is shortened. URIs are those of the gateway, which is shown elsewhere. */
function plain(value: unknown): string {
  const sort = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(sort);
    if (typeof one !== 'object' || one === null) return one;
    return Object.entries(one)
      .map(([name, member]) => [name, name === SERVER_INFO ? 'us' : sort(member)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
  };
  return JSON.stringify(sort(value)).replaceAll('up+odd:', 'odd:');
}

describe.each(Object.keys(LEGS))('%s', (name) => {
  let leg: Leg;
  beforeAll(async () => {
    leg = (await LEGS[name]?.()) as Leg;
  });
  afterAll(() => leg.close());

  const ask = async (method: string, params: Params = {}): Promise<Result> => {
    const answer = (await leg.send(method, params)).at(-1);
    if (answer?.['result'] === undefined) throw new Error(JSON.stringify(answer));
    return answer['result'] as Result;
  };
  const repeat = (result: Result): Promise<Result> =>
    ask('tools/call', { name: 'up_repeat', arguments: { result } });

  test.each(Object.keys(RESULTS))('gets the result of a tool as it was: %s', async (kind) => {
    const result = RESULTS[kind] ?? {};
    expect(plain(await repeat(result))).toBe(plain(expectedOf(result, leg.era)));
  });

  test('gets whatever is JSON as it was', async () => {
    const block = fc
      .tuple(fc.constantFrom('text', 'image', 'resource', 'odd'), fc.dictionary(fc.string(), fc.jsonValue()))
      .map(([type, members]) => ({ ...members, type }));
    const results = fc
      .tuple(fc.array(block, { maxLength: 3 }), fc.option(fc.jsonValue(), { nil: undefined }), fc.jsonValue())
      .map(([content, structuredContent, future]) => ({
        content,
        future,
        ...(structuredContent !== undefined && { structuredContent }),
      }));
    await fc.assert(
      fc.asyncProperty(results, async (drawn) => {
        const result = JSON.parse(JSON.stringify(drawn)) as Result;
        expect(plain(await repeat(result))).toBe(plain(expectedOf(result, leg.era)));
      }),
      { numRuns: 40 },
    );
  });

  const READS: [method: keyof typeof ANSWERS, params: Params][] = [
    ['prompts/get', { name: 'up_ask', arguments: {} }],
    ['resources/read', { uri: 'up+odd:one' }],
    [
      'completion/complete',
      { ref: { type: 'ref/prompt', name: 'up_ask' }, argument: { name: 'topic', value: 'a' } },
    ],
  ];

  test.each(READS)('gets the answer to %s as it was', async (method, params) => {
    const { ttlMs: _ttlMs, cacheScope, ...answer } = await ask(method, params);
    expect(cacheScope).toBe(leg.era === 'modern' && method === 'resources/read' ? 'private' : undefined);
    const { _meta, ...result } = ANSWERS[method] as Result;
    const added =
      leg.era === 'modern'
        ? { resultType: 'complete', _meta: { ...(_meta as object), [SERVER_INFO]: 'us' } }
        : _meta !== undefined && { _meta };
    expect(plain(answer)).toBe(plain({ ...result, ...added }));
  });

  const LISTS = ['tools', 'prompts', 'resources', 'resourceTemplates'] as const;

  test.each(LISTS)('gets lists with what no SDK knows: %s', async (kind) => {
    const method = kind === 'resourceTemplates' ? 'resources/templates/list' : (`${kind}/list` as const);
    const result = await ask(method);
    const [entry] = (method === 'tools/list' ? [TOOL] : (ANSWERS[method] as Result)[kind]) as Result[];
    const { name: _name, uri: _uri, uriTemplate: _template, ...members } = entry ?? {};
    expect((result[kind] as Result[])[0]).toMatchObject(members);
    expect('resultType' in result).toBe(leg.era === 'modern');
    expect('cacheScope' in result).toBe(leg.era === 'modern');
  });
});
