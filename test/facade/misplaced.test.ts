import { describe, expect, test } from 'vitest';
import { catalogOf } from '../policy/fixtures.ts';
import { createWorld, NUMBER, TEXT, toolOf } from './world.ts';

const KIT = catalogOf('kit', {
  tools: [
    toolOf('kit', 'open'),
    toolOf('kit', 'typed', { properties: { text: TEXT } }),
    toolOf('kit', 'lists', {
      properties: {
        states: { type: 'array', items: { $ref: '#/$defs/State' } },
        labels: { type: 'array', items: TEXT },
        ids: { type: 'array', items: NUMBER },
        items: { type: 'array', items: {} },
        either: {
          anyOf: [
            { type: 'array', items: TEXT },
            { type: 'string', maxLength: 3 },
          ],
        },
      },
      more: { $defs: { State: { type: 'string', enum: ['open', 'shut'] } } },
    }),
    toolOf('kit', 'flat', {
      properties: { namespace: TEXT, metadata: { type: 'object' }, spec: { type: 'object' } },
      more: { additionalProperties: false },
    }),
    toolOf('kit', 'whole', {
      properties: { name: TEXT, body: { $ref: '#/$defs/Body' } },
      required: ['body'],
      more: {
        additionalProperties: false,
        $defs: { Body: { type: 'object', properties: { name: TEXT, spec: TEXT, note: TEXT } } },
      },
    }),
  ],
});

const called = async (args: unknown): Promise<unknown> => {
  const world = createWorld({ offers: [KIT] });
  await world.ask('call_tool', args);
  return world.road;
};

describe('arguments that are in another place or form than the schema has them', () => {
  test.each([
    ['lists', { states: 'open', labels: 'bug', ids: 7 }, { states: ['open'], labels: ['bug'], ids: [7] }],
    ['lists', { ids: '7', labels: 7 }, { ids: [7], labels: ['7'] }],
    ['flat', { namespace: 'a', body: { spec: { b: 1 } } }, { namespace: 'a', spec: { b: 1 } }],
    ['flat', { requestBody: { metadata: {}, spec: {} } }, { metadata: {}, spec: {} }],
    ['whole', { name: 'a', spec: 'b' }, { name: 'a', body: { spec: 'b' } }],
    ['whole', { body: { name: 'a' }, spec: 'b' }, { body: { name: 'a', spec: 'b' } }],
  ])('are put there where it leaves no doubt: %s %j', async (name, args, meant) => {
    expect(await called({ name: `kit_${name}`, arguments: args })).toEqual([
      { name: `kit_${name}`, args: meant },
    ]);
  });

  test.each([
    ['lists', { labels: 'bug, feature', states: 'lost', ids: 'x' }],
    ['lists', { labels: '', items: 'x', either: 'long', ids: 1.5 }],
    ['lists', { labels: '["broken', ids: null }],
    ['flat', { body: { spec: {}, color: 1 } }],
    ['flat', { spec: { a: 1 }, body: { spec: { b: 1 } } }],
    ['flat', { body: {} }],
    ['whole', { spec: 'b', color: 1 }],
    ['whole', { spec: 'b', body: { spec: 'c' } }],
    ['whole', { spec: 'b', body: 'text' }],
    ['open', { body: { a: 1 } }],
    ['typed', { body: { text: 'a' } }],
  ])('and stay as they are where anything else may be meant: %s %j', async (name, args) => {
    expect(await called({ name: `kit_${name}`, arguments: args })).toEqual([{ name: `kit_${name}`, args }]);
  });
});
