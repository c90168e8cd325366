import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ResultBinding } from '../../src/catalog/binding.ts';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { CallOutcome } from '../../src/upstream/upstream.ts';
import { binding, context, faultOf, serve, tool, upstream, type Running } from './fixtures.ts';

const DOCUMENT = '{"items":[{"id":1,"title":"a","secret":"x"},{"id":2,"title":"b","secret":"y"}],"total":2}';

let running: Running;
let answer: { status?: number; type?: string; body: string } = { body: DOCUMENT };
const received: string[] = [];
beforeAll(async () => {
  running = await serve((request, response) => {
    received.push(request.url ?? '');
    response.writeHead(answer.status ?? 200, { 'content-type': answer.type ?? 'application/json' });
    response.end(answer.body);
  });
});
afterAll(() => running.close());

async function call(result: ResultBinding, args: JsonObject, given = answer): Promise<CallOutcome> {
  answer = given;
  received.length = 0;
  const source = upstream({ url: running.url });
  try {
    return await source.callTool(tool(binding({ result })), args, context());
  } finally {
    await source.close();
    answer = { body: DOCUMENT };
  }
}

const ASKED: ResultBinding = { selectArgument: 'select' };

test.for([
  ['items[].id', [1, 2]],
  ['items[0].{id: id, name: title}', { id: 1, name: 'a' }],
  ['total', 2],
  ['absent', null],
  ["items[?title == 'b'] | [0].id", 2],
  ['constructor', null],
])('a caller selects %s', async ([select, expected]) => {
  const { result, status } = await call(ASKED, { select: select as string });
  expect(status).toBe('ok');
  expect(result).toEqual({
    content: [{ type: 'text', text: JSON.stringify(expected) }],
    structuredContent: { result: expected },
  });
  expect(received).toEqual(['/things']);
});

test('without the argument the answer is what it was, verbatim', async () => {
  const { result } = await call(ASKED, {});
  expect(result['content']).toEqual([{ type: 'text', text: DOCUMENT }]);
  expect(result['structuredContent']).toEqual(JSON.parse(DOCUMENT));
});

test.for([
  ['items['],
  ['nope(@)'],
  ['let $x = total in $x'],
  ["pad_left('a', `1000000000`)"],
  ['a'.repeat(1001)],
  [''],
])('the expression %s is refused before anything is sent', async ([select]) => {
  const fault = await faultOf(() => call(ASKED, { select: select! }));
  expect(fault).toMatchObject({ code: 'INVALID_ARGUMENTS', data: { pointer: '/select' } });
  expect(fault.message).toContain('JMESPath');
  expect(received).toEqual([]);
  const plan = upstream({ url: running.url });
  expect(() => plan.plan(tool(binding({ result: ASKED })), { select: select! })).toThrow(/JMESPath/);
  await plan.close();
});

test('an expression that the answer does not fit costs the selection, not the answer', async () => {
  const { result, status } = await call(ASKED, { select: 'length(total)' });
  expect(status).toBe('ok');
  expect(result['structuredContent']).toEqual(JSON.parse(DOCUMENT));
  expect(result['content']).toEqual([
    { type: 'text', text: DOCUMENT },
    { type: 'text', text: expect.stringContaining('select was not applied: Invalid type: length()') },
  ]);
});

test('configuration selects first, and a caller sees only what it left', async () => {
  const configured: ResultBinding = { select: 'items[].{id: id}', selectArgument: 'select' };
  const { result } = await call(configured, {});
  expect(result).toEqual({ content: [{ type: 'text', text: '[{"id":1},{"id":2}]' }] });
  const asked = await call(configured, { select: '[].secret' });
  expect(asked.result['structuredContent']).toEqual({ result: [] });
  const failed = await call(configured, { select: 'length(@) && abs(@)' });
  expect(JSON.stringify(failed.result)).not.toContain('secret');
});

test('an answer that the configured expression fails on is withheld', async () => {
  const { result, status } = await call({ select: 'sum(items[].title)' }, {});
  expect(status).toBe('tool-error');
  expect(result['isError']).toBe(true);
  expect(JSON.stringify(result)).toContain('does not fit the configured');
  expect(JSON.stringify(result)).not.toContain('secret');
});

test.for([
  ['text/plain', 'hello'],
  ['application/x-ndjson', '{"a":1}\n{"a":2}'],
  ['application/json', '{"a":'],
])('an answer of %s, %s, is not selected from', async ([type, body]) => {
  const { result } = await call(ASKED, { select: 'a' }, { type: type!, body: body! });
  expect(result['content']).toEqual([
    { type: 'text', text: body },
    { type: 'text', text: '[select was not applied: the answer is not JSON]' },
  ]);
});

test('no expression takes long or grows the answer without bound', async () => {
  const body = JSON.stringify({
    items: Array.from({ length: 5000 }, (_each, id) => ({ id, s: 'x'.repeat(50) })),
  });
  for (const select of [
    Array(90).fill('[@,@][]').join('|'),
    `${Array(90).fill('[@,@]').join('|')}|to_string(@)`,
    'items[].[$.items[].[$.items[].id]]',
    'items[?contains($.items, @)]',
    'items[*].[to_string($)]',
    'join(to_string($), items[].s)',
  ]) {
    // oxlint-disable-next-line no-await-in-loop -- one server answers them all, in turn
    const { result } = await call(ASKED, { select }, { body });
    expect(JSON.stringify(result['content'])).toMatch(/select was not applied: .*(too large|too many steps)/);
  }
});
