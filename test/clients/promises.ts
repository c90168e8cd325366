import { expect } from 'vitest';
import type { AnyClient } from './kinds.ts';

/** One pair of a client and a server behind the gateway. */
export interface Pair {
  readonly client: AnyClient;
  /** The name of a tool or prompt as the client sees it. */
  readonly shown: (name: string) => string;
  /** The URI of a resource as the client sees it. */
  readonly uri: (uri: string) => string;
  /** One process serves all connections. One on standard input and output is started for each, and knows of itself only. */
  readonly isShared: boolean;
  /** The server speaks 2026-07-28. */
  readonly isModern: boolean;
}

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
export const WAIT = { timeout: 8_000, interval: 20 };

/** A plain sentence and its proof. */
export type Proven = readonly [string, (pair: Pair) => Promise<void>];

/** What holds for each pair of what a client asks and a server answers. */
export const PROMISES: readonly Proven[] = [
  ['lists tools with everything that is said about them, page by page', listsTools],
  ['calls a tool, whose result keeps its unknown members', callsATool],
  ['hands on the trace context, and no member of the gateway’s own connection', handsOnMeta],
  ['tells progress, increasing', tellsProgress],
  ['hands on structured content', structures],
  ['hands on the error of a tool', fails],
  ['hands on an error of the protocol with its code and data', failsByProtocol],
  ['lists and reads resources', readsResources],
  ['gets a prompt', getsPrompts],
  ['completes arguments of prompts and templates', completes],
  ['cancels upstream what the client cancels', cancels],
];

async function listsTools({ client, shown }: Pair): Promise<void> {
  const tools = await listAll(client);
  const echo = tools.find(({ name }) => name === shown('echo'));
  expect(echo).toMatchObject({
    description: expect.stringContaining('Echo'),
    annotations: { readOnlyHint: true, title: 'An echo' },
    _meta: { 'example.com/x': { deep: [1] } },
    inputSchema: { properties: { text: { type: 'string' } }, required: ['text'] },
  });
  expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['steps', 'ask', 'grow'].map(shown)));
}

export async function listAll(client: AnyClient): Promise<Record<string, unknown>[]> {
  const tools: Record<string, unknown>[] = [];
  let cursor: unknown;
  do {
    const page = await client.request('tools/list', cursor === undefined ? {} : { cursor });
    tools.push(...(page['tools'] as Record<string, unknown>[]));
    cursor = page['nextCursor'];
  } while (cursor !== undefined);
  return tools;
}

async function callsATool({ client, shown }: Pair): Promise<void> {
  const result = await client.call(shown('echo'), { text: 'héllo' });
  expect(result).toMatchObject({
    content: [{ type: 'text', text: 'héllo' }],
    _meta: { 'example.com/y': true },
    future: [1, { a: null }],
  });
}

async function handsOnMeta({ client, shown }: Pair): Promise<void> {
  const meta = { traceparent: TRACEPARENT, tracestate: 'a=b', baggage: 'c=d', 'example.com/z': [1] };
  const arrived = JSON.parse(textOf(await client.call(shown('reveal'), {}, { meta }))) as object;
  expect(arrived).toMatchObject({ 'example.com/z': [1], tracestate: 'a=b', baggage: 'c=d' });
  // The gateway is a hop of its own: the trace stays, the parent may not.
  expect(arrived).toHaveProperty('traceparent', expect.stringContaining('0af7651916cd43dd8448eb211c80319c'));
}

async function tellsProgress({ client, shown }: Pair): Promise<void> {
  const told: number[] = [];
  const onprogress = ({ progress }: { progress: number }): void => {
    told.push(progress);
    if (progress === 3) void client.call(shown('seen'));
  };
  await client.call(shown('steps'), { count: 3 }, { onprogress });
  expect(told).toEqual([1, 2, 3]);
}

async function structures({ client, shown, isModern }: Pair): Promise<void> {
  const table = await client.call(shown('table'));
  expect(table['structuredContent']).toEqual({ rows: 3 });
  if (!isModern) return;
  const list = await client.call(shown('list'));
  // 2025-11-25 knows objects only.
  expect(list['structuredContent']).toEqual(client.isModern ? [1, 2] : { result: [1, 2] });
}

async function fails({ client, shown }: Pair): Promise<void> {
  const result = await client.call(shown('fail'));
  expect(result).toMatchObject({ isError: true, content: [{ type: 'text', text: 'it is broken' }] });
}

async function failsByProtocol({ client, shown }: Pair): Promise<void> {
  const broken = client.request('prompts/get', { name: shown('broken') });
  await expect(broken).rejects.toMatchObject({
    code: -31_000,
    message: expect.stringContaining('the paint is dry'),
    data: { litres: 0 },
  });
  await expect(client.request('tools/call', { name: shown('none'), arguments: {} })).rejects.toMatchObject({
    code: -32_602,
  });
}

async function readsResources({ client, uri }: Pair): Promise<void> {
  const { resources } = await client.request('resources/list');
  expect(resources).toEqual(expect.arrayContaining([expect.objectContaining({ uri: uri('test://note') })]));
  const { resourceTemplates } = await client.request('resources/templates/list');
  const uriTemplate = uri('test://item/{colour}');
  expect(resourceTemplates).toEqual(expect.arrayContaining([expect.objectContaining({ uriTemplate })]));
  const item = uri('test://item/red');
  const { contents } = await client.request('resources/read', { uri: item });
  expect(contents).toEqual([expect.objectContaining({ uri: item, text: 'a red item' })]);
}

async function getsPrompts({ client, shown }: Pair): Promise<void> {
  const prompt = await client.request('prompts/get', { name: shown('paint'), arguments: { colour: 'red' } });
  expect(prompt['messages']).toEqual([{ role: 'user', content: { type: 'text', text: 'Paint it red' } }]);
}

async function completes({ client, shown, uri }: Pair): Promise<void> {
  const argument = { name: 'colour', value: 'r' };
  for (const ref of [
    { type: 'ref/prompt', name: shown('paint') },
    { type: 'ref/resource', uri: uri('test://item/{colour}') },
  ]) {
    // oxlint-disable-next-line no-await-in-loop
    const { completion } = await client.request('completion/complete', { ref, argument });
    expect(completion).toMatchObject({ values: ['red', 'rose'] });
  }
}

async function cancels({ client, shown }: Pair): Promise<void> {
  const cancelled = async (): Promise<number> => Number(textOf(await client.call(shown('cancelled'))));
  const before = await cancelled();
  const controller = new AbortController();
  const call = client.call(shown('slow'), {}, { signal: controller.signal });
  // Until it has arrived there is nothing to cancel: an answered call after it has.
  await client.call(shown('echo'), { text: 'meanwhile' });
  controller.abort();
  await expect(call).rejects.toThrow();
  await expect.poll(cancelled, WAIT).toBe(before + 1);
}

export function textOf(result: Record<string, unknown>): string {
  return (result['content'] as { text: string }[])[0]?.text ?? '';
}
