import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { toBailiwickError } from '../../src/errors.ts';
import { callTool } from '../../src/gateway/call-tool.ts';
import { ALL_SOURCES } from '../../src/gateway/endpoint.ts';
import { getPrompt } from '../../src/gateway/get-prompt.ts';
import { createSnapshot } from '../../src/gateway/snapshot.ts';
import { serveScripted, scriptUpstream } from '../lists/scripted.ts';
import { catalogOf, policy, principal, tool } from '../policy/fixtures.ts';

const CONDITIONS = [
  'args.a == "x"',
  'args.n <= 3',
  'args.list.all(item, item.startsWith("a"))',
  'args.a == "x" && args.a == "y"',
  'args.deep.er > principal.claims.level',
  '"g1" in principal.groups',
  'has(args.a) || call.face == "cli"',
  'now < timestamp("2000-01-01T00:00:00Z")',
  'args.text.matches("(a+)+$")',
];

const rule = fc.record({
  effect: fc.constantFrom('permit', 'permit', 'deny', 'approve'),
  who: fc.constantFrom('', 'who: { groups: [g1] }, '),
  what: fc.constantFrom('{ tool: t }', '{ source: one }', '{ prompt: t }'),
  when: fc.option(fc.constantFrom(...CONDITIONS)),
});

const policies = fc.array(rule, { maxLength: 5 }).map((rules) => {
  const lines = rules.map(
    ({ effect, who, what, when }, index) =>
      `  - { id: r${index}, effect: ${effect}, ${who}what: ${what}${when === null ? '' : `, when: '${when}'`} }`,
  );
  return `policy: p\nrules:\n${lines.join('\n')}${lines.length === 0 ? ' []' : ''}`;
});

const args = fc.oneof(
  fc.record(
    {
      a: fc.constantFrom('x', 'y', 1, null),
      n: fc.integer({ min: 0, max: 9 }),
      list: fc.array(fc.constantFrom('a', 'b', 2)),
      deep: fc.constantFrom({ er: 2 }, 'deep', {}),
      text: fc.constantFrom('aaaaaaaaaaaaaaaaaaaaaaaaaaaa!', ''),
    },
    { requiredKeys: [] },
  ),
  fc.dictionary(fc.string(), fc.jsonValue()),
) as fc.Arbitrary<JsonObject>;

/** What the caller is told, the name aside. */
async function told(answer: Promise<unknown>): Promise<unknown> {
  const error = toBailiwickError(await answer.catch((thrown: unknown) => thrown));
  return [error.code, error.message.replaceAll('one_u', 'one_t'), error.data];
}

test('for every policy with conditions, what is hidden answers every call as what is absent does', async () => {
  const contribution = catalogOf('one', { tools: [tool('one', 't')], prompts: ['t'] });
  await using gateway = await serveScripted({ upstreams: [scriptUpstream(contribution)] });
  const { road } = gateway.gateway;
  const { view: _view, shadow: _shadow, ...parts } = gateway.gateway.current();
  let hidden = 0;
  await fc.assert(
    fc.asyncProperty(policies, args, fc.boolean(), async (text, given, isMember) => {
      const caller = {
        principal: principal({ groups: isMember ? ['g1'] : [], claims: { level: 1 } }),
        via: { face: 'http', era: 'modern' } as const,
        endpoint: ALL_SOURCES,
        snapshot: createSnapshot({ ...parts, policy: policy(text) }),
        context: { signal: new AbortController().signal },
      };
      const view = caller.snapshot.view(caller.principal);
      const [one] = parts.catalog.tools;
      if (one && !view.shows({ kind: 'tool', tool: one })) {
        hidden += 1;
        const [of, absent] = ['one_t', 'one_u'].map((name) =>
          told(callTool(road, { ...caller, name, args: given })),
        );
        expect(await of).toEqual(await absent);
      }
      if (!view.shows({ kind: 'prompt', source: 'one', name: 't' })) {
        const [of, absent] = ['one_t', 'one_u'].map((name) => told(getPrompt(road, caller, name, given)));
        expect(await of).toEqual(await absent);
      }
    }),
    { numRuns: 400 },
  );
  expect(hidden).toBeGreaterThan(50);
});
