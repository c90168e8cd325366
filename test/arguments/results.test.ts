import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { BailiwickError } from '../../src/errors.ts';
import { dutyOf } from '../../src/gateway/obligations/duty.ts';
import { maskValues } from '../../src/gateway/obligations/mask-values.ts';
import { obligeToolResult } from '../../src/gateway/obligations/oblige-tool-result.ts';
import { withholdFault } from '../../src/gateway/obligations/withheld.ts';
import type { Obligations } from '../../src/policy/decision.ts';
import { tool } from '../policy/fixtures.ts';

const SECRET = 'hunter2';
const TOOL = tool('crm', 'get');
const text = (value: string): JsonObject => ({ type: 'text', text: value });

/** What is left of an MCP tool's result under these obligations. */
function oblige(obligations: Obligations, result: JsonObject): JsonObject {
  const duty = dutyOf({ effect: 'permit', rules: ['p/r'], obligations });
  if (duty === undefined) throw new Error('nothing is asked for');
  return obligeToolResult(duty, TOOL, { result });
}

const MASK: Obligations = { mask: ['/items/*/key', '/a~1b'] };
const DOCUMENT = { items: [{ key: SECRET, name: 'n' }], 'a/b': [SECRET] };
const MASKED = { items: [{ key: '***', name: 'n' }], 'a/b': '***' };

describe('of the result of an MCP tool', () => {
  test('structure and text say the same afterwards, and what policy cannot look into is left out', () => {
    const result = {
      content: [text(`the key is ${SECRET}`), { type: 'image', data: SECRET, mimeType: 'image/png' }],
      structuredContent: DOCUMENT,
      _meta: { trace: SECRET },
      other: SECRET,
    };
    expect(oblige(MASK, result)).toEqual({
      content: [
        text(JSON.stringify(MASKED)),
        text('[2 blocks of this result that policy cannot look into are withheld]'),
      ],
      structuredContent: MASKED,
    });
  });

  test('each text that is JSON is a document of its own', () => {
    const other = JSON.stringify({ 'a/b': SECRET });
    expect(oblige(MASK, { content: [text(JSON.stringify(DOCUMENT)), text(other)] })).toEqual({
      content: [text(JSON.stringify(MASKED)), text('{"a/b":"***"}')],
    });
  });

  test('a document that is wrapped in a text, or is one, is masked within it', () => {
    const wrapped = JSON.stringify(DOCUMENT);
    const masked = JSON.stringify(MASKED);
    const within: Obligations = { mask: ['/result/items/*/key', '/result/a~1b'] };
    expect(oblige(within, { structuredContent: { result: wrapped } })).toEqual({
      content: [text(JSON.stringify({ result: masked }))],
      structuredContent: { result: masked },
    });
    expect(oblige(MASK, { structuredContent: wrapped })).toEqual({
      content: [text(masked)],
      structuredContent: MASKED,
    });
    for (const isError of [false, true]) {
      expect(() => oblige(MASK, { structuredContent: `the key is ${SECRET}`, isError })).toThrow(
        expect.objectContaining({ code: 'RESULT_WITHHELD' }),
      );
    }
  });

  test.each([
    ['words', [text(`the key is ${SECRET}`)]],
    ['a text that is a JSON string', [text(JSON.stringify(SECRET))]],
    ['a broken document', [text(`{"items": "${SECRET}"`)]],
    ['a file', [{ type: 'resource', resource: { uri: 'a:b', blob: SECRET } }]],
  ])('%s is withheld', (_, content) => {
    expect(() => oblige(MASK, { content })).toThrow(expect.objectContaining({ code: 'RESULT_WITHHELD' }));
    expect(() => oblige({ select: 'items' }, { content })).toThrow('it is not JSON');
  });

  test('nothing needs no masking', () => {
    expect(oblige(MASK, { content: [] })).toEqual({ content: [] });
  });

  test('a projection comes before the masks, and one that fails withholds everything', () => {
    const obligations: Obligations = { select: '{first: items[0]}', mask: ['/first/key'] };
    expect(oblige(obligations, { content: [], structuredContent: DOCUMENT })).toMatchObject({
      structuredContent: { first: { key: '***', name: 'n' } },
    });
    expect(() => oblige({ select: 'sum(items)' }, { content: [], structuredContent: DOCUMENT })).toThrow(
      'its projection failed',
    );
    expect(() => oblige({ select: 'items[' }, { content: [], structuredContent: DOCUMENT })).toThrow(
      'its projection failed',
    );
  });

  test.each<[string, JsonObject]>([
    ['in words', { content: [text(`no such key ${SECRET}`)] }],
    ['in JSON', { content: [text(JSON.stringify(DOCUMENT))] }],
    ['in structure', { content: [text(SECRET)], structuredContent: DOCUMENT, _meta: { SECRET } }],
    [
      'that imitates an API',
      { content: [], structuredContent: { error: { code: 'UPSTREAM_ERROR', 'a/b': 1 } } },
    ],
  ])('an error %s stays one, and says nothing that is masked', (_, result) => {
    for (const obligations of [MASK, { ...MASK, select: 'items[].name' }]) {
      const told = oblige(obligations, { ...result, isError: true });
      expect(told['isError']).toBe(true);
      expect(JSON.stringify(told)).not.toContain(SECRET);
    }
  });
});

test('of an error of an API its status is told, and no words that could hold a part of the answer', () => {
  const api = { ...TOOL, binding: { kind: 'http' } } as unknown as Tool;
  const duty = dutyOf({ effect: 'permit', rules: ['p/r'], obligations: MASK });
  const told = (error: JsonObject): JsonObject =>
    duty === undefined
      ? {}
      : obligeToolResult(duty, api, { result: { content: [], isError: true, structuredContent: { error } } });
  const code = 'UPSTREAM_ERROR';
  expect(told({ code, message: 'crm answered 404 Not Found', status: 404 })).toMatchObject({
    structuredContent: { error: { code, message: 'crm answered 404 Not Found', status: 404 } },
  });
  for (const error of [
    { code, message: `crm answered 302 Found, which points to /${SECRET}`, status: 302 },
    { code, message: `the answer does not fit the configured \`select\`: ${SECRET}` },
  ]) {
    expect(JSON.stringify(told(error))).not.toContain(SECRET);
  }
});

test('a fault says its code, and nothing of what the upstream said', () => {
  const fault = new BailiwickError('UPSTREAM_REJECTED', `no: ${SECRET}`, {
    data: { upstream: { code: -32_099, message: SECRET, data: { SECRET } } },
  });
  const told = withholdFault(fault) as BailiwickError;
  expect([told.code, told.data]).toMatchObject(['UPSTREAM_REJECTED', { upstream: { code: -32_099 } }]);
  expect(JSON.stringify([told.message, told.data])).not.toContain(SECRET);
  const timeout = new BailiwickError('UPSTREAM_TIMEOUT', 'crm did not answer in time');
  expect(withholdFault(timeout)).toBe(timeout);
});

test('whatever the document and the pointers, nothing is left where a pointer leads, and all else is as it was', () => {
  const names = fc.constantFrom('a', 'b', '0', '1', '*', '__proto__', '~', '/');
  const { document } = fc.letrec<{ document: Json }>((tie) => ({
    document: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<Json>(1, 'x', null, true),
      fc.array(tie('document'), { maxLength: 3 }),
      fc
        .array(fc.tuple(names, tie('document')), { maxLength: 4 })
        .map((entries) => Object.fromEntries(entries)),
    ),
  }));
  const paths = fc.array(fc.array(names, { minLength: 1, maxLength: 3 }), { maxLength: 3 });
  fc.assert(
    fc.property(document, paths, (value, given) => {
      const masked = maskValues(
        value,
        given.map((path) =>
          path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
        ),
      );
      expect(masked).toEqual(naiveMask(value, [], given));
    }),
    { numRuns: 300 },
  );
});

/** Visits every value with its path, and asks whether some pointer leads there. */
function naiveMask(value: Json, at: readonly string[], paths: readonly (readonly string[])[]): Json {
  const leadsHere = (path: readonly string[]): boolean =>
    path.length === at.length && path.every((part, index) => part === '*' || part === at[index]);
  if (at.length > 0 && paths.some(leadsHere)) return '***';
  if (Array.isArray(value)) return value.map((item, index) => naiveMask(item, [...at, String(index)], paths));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, naiveMask(member, [...at, name], paths)]),
  );
}
