import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { legacy, modern } from './send.ts';
import { KEY, startWorld, type World } from './world.ts';

let world: World;
let reader: string;
beforeAll(async () => {
  world = await startWorld({ withServer: true });
  reader = await world.tokenOf('dana', ['notes:read', 'profile']);
});
afterAll(() => world[Symbol.asyncDispose]());

/** The tool that calls others. */
const through = (name: string, args: JsonObject = {}): JsonObject => ({
  name: 'call_tool',
  arguments: { name, arguments: args },
});

const greet = { type: 'ref/prompt', name: 'up_greet' };
const CALLS: [string, JsonObject, string][] = [
  ['tools/call', { name: 'notes_create_note', arguments: { text: 'x' } }, 'notes:write'],
  ['tools/call', { name: 'notes_delete_note', arguments: { id: 'canary-argument' } }, 'notes:write'],
  ['tools/call', { name: 'up_echo', arguments: {} }, 'up:use'],
  ['tools/call', through('notes_create_note', { text: 'x' }), 'notes:write'],
  ['tools/call', through('up_echo'), 'up:use'],
  ['resources/read', { uri: 'up+test://note' }, 'up:use'],
  ['prompts/get', { name: 'up_greet' }, 'up:use'],
  ['completion/complete', { ref: greet, argument: { name: 'x', value: 'y' } }, 'up:use'],
];

describe('who lacks but a scope is told which one, with 403, before any answer begins', () => {
  test.each(CALLS)('%s %j in the modern era: the missing scope alone', async (method, params, scope) => {
    const answer = await world.ask(reader, modern(method, params));
    expect(answer.status).toBe(403);
    const where = `scope="${scope}", resource_metadata="${world.gateway.url}/.well-known/oauth-protected-resource/mcp"`;
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer realm="bailiwick", error="insufficient_scope", error_description="a further scope is needed", ${where}`,
    );
    expect(JSON.parse(answer.text)).toEqual({
      jsonrpc: '2.0',
      id: 7,
      error: {
        code: -32_001,
        message: `a further scope is needed for this: ${scope}`,
        data: { code: 'INSUFFICIENT_SCOPE', missingScopes: [scope] },
      },
    });
  });

  test.each([...CALLS, ['resources/subscribe', { uri: 'up+test://note' }, 'up:use'] as const])(
    '%s %j in the legacy era: beside what such a client would lose',
    async (method, params, scope) => {
      const answer = await world.ask(reader, legacy(method, params));
      expect(answer.status).toBe(403);
      // `profile` opens nothing here, so nobody has to ask for it again.
      expect(answer.headers['www-authenticate']).toContain(`scope="notes:read ${scope}"`);
      expect(JSON.parse(answer.text)).toMatchObject({ id: 7, error: { data: { missingScopes: [scope] } } });
    },
  );

  test('the challenge names the metadata of the endpoint that was asked', async () => {
    const answer = await world.ask(reader, modern('tools/call', { name: 'create_note' }), '/mcp/notes');
    expect(answer.headers['www-authenticate']).toContain('/.well-known/oauth-protected-resource/mcp/notes"');
  });

  test('what call_tool only understands by forgiving is told in the answer', async () => {
    const call = { name: 'call_tool', arguments: { name: 'notes_create_note', arguments: '{"text":"x"}' } };
    const answer = await world.ask(reader, modern('tools/call', call));
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      200,
      { error: { data: { code: 'INSUFFICIENT_SCOPE', missingScopes: ['notes:write'] } } },
    ]);
  });

  test('with the scope the call is made', async () => {
    const writer = await world.tokenOf('dana', ['notes:read', 'notes:write']);
    for (const call of [
      { name: 'notes_create_note', arguments: { text: 'x' } },
      through('notes_create_note', { text: 'x' }),
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const answer = await world.ask(writer, modern('tools/call', call));
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { result: { content: [{}] } }]);
    }
  });

  test('lists do not show what a further scope would open', async () => {
    const { text } = await world.ask(reader, modern('tools/list'));
    expect(text).toContain('notes_list_notes');
    expect(text).not.toContain('notes_create_note');
  });
});

const unknownTo = async (authorization: string, name: string): Promise<string> => {
  const answer = await world.ask(authorization, modern('tools/call', { name, arguments: {} }));
  expect(answer.headers['www-authenticate']).toBeUndefined();
  expect(answer.status).toBe(200);
  return answer.text.replaceAll(name, 'NAME');
};

describe('what no policy tells of stays unknown', () => {
  test.each([
    ['a scope of a policy that hides', () => reader, 'notes_wipe'],
    ['a key, which has the scopes it has', () => `Bearer ${KEY}`, 'notes_create_note'],
  ])('%s', async (_, authorization, name) => {
    const hidden = await unknownTo(authorization(), name);
    expect(hidden).toContain('Unknown tool: NAME');
    expect(await unknownTo(authorization(), 'notes_nothing')).toBe(hidden);
  });

  test.each(['notes_wipe', 'notes_nothing', '', 7])('%j through the tool that calls others', async (name) => {
    const call = { name: 'call_tool', arguments: { name, arguments: {} } };
    const answer = await world.ask(reader, modern('tools/call', call));
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([200, undefined]);
  });

  test('the local principal over HTTP', async () => {
    const { headers, body } = modern('tools/call', { name: 'notes_create_note', arguments: {} });
    const answer = await fetch(world.gateway.endpoint, { method: 'POST', headers, body });
    expect(await answer.text()).toContain('Unknown tool');
  });

  test('a source that is not there', async () => {
    const answer = await world.ask(reader, modern('resources/read', { uri: 'none+test://note' }));
    expect(answer.text).toContain('UNKNOWN_RESOURCE');
  });
});

test('a refusal for want of a scope is recorded, with what was tried and what was missing', async () => {
  await using other = await startWorld();
  const token = await other.tokenOf('dana', ['notes:read']);
  await other.ask(token, modern('tools/call', { name: 'notes_delete_note', arguments: { id: 'one' } }));
  await other.gateway.close();
  expect(await other.gateway.calls()).toMatchObject([
    {
      type: 'call.refused',
      principal: { subject: 'dana' },
      target: { kind: 'tool', source: 'notes', name: 'delete_note' },
      decision: { effect: 'deny', reason: 'no-rule' },
      result: { status: 'refused', code: 'INSUFFICIENT_SCOPE' },
      detail: { missingScopes: ['notes:write'] },
    },
  ]);
});
