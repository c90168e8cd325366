import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCatalog } from '../../src/catalog/catalog.ts';
import { toShownName } from '../../src/catalog/names.ts';
import { MCP_LOSS_REASONS, MCP_SKIP_REASONS } from '../../src/compile/mcp/reasons.ts';
import { isPlainSchema } from '../../src/compile/mcp/plain-schema.ts';
import { toVisibleText } from '../../src/compile/mcp/text.ts';
import { startCpuTime } from '../support/cpu-time.ts';
import { compile } from './compile.ts';

const INVISIBLE = /(?![\t\n])\p{Cc}|[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|[\u{E0000}-\u{E0FFF}]/u;

test('visible text stays visible text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const visible = toVisibleText(text);
      expect(toVisibleText(visible)).toBe(visible);
      expect(visible).not.toMatch(INVISIBLE);
    }),
  );
});

test.each(['\u0090', '\u009D\u0098', '\u001B]', '\u001B[', '\u009B0', '\u001B '])(
  'a text of beginnings of terminal sequences that never end (%j) takes no longer than its length',
  (start) => {
    const time = startCpuTime();
    expect(toVisibleText(`a${start.repeat(200_000)}b`)).toMatch(/^a/);
    expect(time()).toBeLessThan(1_000);
  },
);

const schema = fc.oneof(
  fc.jsonValue(),
  fc.record({ type: fc.constant('object'), properties: fc.dictionary(fc.string(), fc.jsonValue()) }),
  fc.record(
    { type: fc.constant('object'), items: fc.array(fc.jsonValue()), 'x-mcp-header': fc.jsonValue() },
    { requiredKeys: ['type'] },
  ),
);
const entry = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      name: fc.oneof(
        fc.constantFrom('a', 'a.b', 'a_b', 'a b', '__proto__', 'constructor'),
        fc.string({ unit: 'binary' }),
        fc.jsonValue(),
      ),
      uri: fc.oneof(fc.webUrl(), fc.jsonValue()),
      uriTemplate: fc.jsonValue(),
      description: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
      inputSchema: schema,
      outputSchema: schema,
      annotations: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
);
const list = fc.array(entry, { maxLength: 8 });

test('whatever an upstream lists, each entry is served under a good name or skipped with a known reason', () => {
  fc.assert(
    fc.property(list, list, list, list, fc.boolean(), (tools, resources, templates, prompts, trust) => {
      const contribution = compile({ tools, resources, templates, prompts }, trust);
      const served =
        contribution.tools.length +
        contribution.resources.length +
        contribution.templates.length +
        contribution.prompts.length;
      expect(served + contribution.skipped.length).toBe(contribution.operations);
      expect(contribution.skipped.every(({ reason }) => Object.hasOwn(MCP_SKIP_REASONS, reason))).toBe(true);
      expect(contribution.lossy.every(({ reason }) => Object.hasOwn(MCP_LOSS_REASONS, reason))).toBe(true);
      for (const { name } of [...contribution.tools, ...contribution.prompts])
        expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      expect(new Set(contribution.tools.map(({ name }) => toShownName('up', name))).size).toBe(
        contribution.tools.length,
      );
      expect(createCatalog([contribution]).digest).toMatch(/^sha256:/);
    }),
    { numRuns: 300 },
  );
});

test('the order of an upstream’s lists does not change the catalog', () => {
  fc.assert(
    fc.property(list, list, (tools, prompts) => {
      const forwards = compile({ tools, prompts });
      const backwards = compile({ tools: tools.toReversed(), prompts: prompts.toReversed() });
      expect(createCatalog([forwards]).digest).toBe(createCatalog([backwards]).digest);
    }),
  );
});

/** Schemas of everyday keywords, with values that are right more often than not. */
const { everyday } = fc.letrec<{ everyday: unknown }>((tie) => ({
  everyday: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.boolean(),
    fc.record(
      {
        type: fc.oneof(
          fc.constantFrom('string', 'number', 'object', 'array', 'null', 'strung'),
          fc.array(fc.constantFrom('string', 'null')),
        ),
        properties: fc.dictionary(
          fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'id')),
          tie('everyday'),
        ),
        required: fc.array(fc.string(), { maxLength: 3 }),
        items: tie('everyday'),
        additionalProperties: tie('everyday'),
        anyOf: fc.array(tie('everyday'), { maxLength: 2 }),
        enum: fc.array(fc.jsonValue(), { maxLength: 3 }),
        const: fc.jsonValue(),
        default: fc.jsonValue(),
        minimum: fc.oneof(fc.double({ noNaN: true }), fc.jsonValue()),
        maxLength: fc.oneof(fc.nat(), fc.jsonValue()),
        uniqueItems: fc.oneof(fc.boolean(), fc.jsonValue()),
        description: fc.oneof(fc.string(), fc.jsonValue()),
      },
      { requiredKeys: [] },
    ),
  ),
}));

test('a validator can be made from every schema that is taken for plain', () => {
  let plain = 0;
  fc.assert(
    fc.property(everyday, (candidate) => {
      if (!isPlainSchema(candidate)) return;
      plain += 1;
      const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false, logger: false });
      ajv.compile(candidate as object);
    }),
    { numRuns: 500 },
  );
  expect(plain).toBeGreaterThan(50);
});
