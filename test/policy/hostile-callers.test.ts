import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { view } from '../../src/policy/view.ts';
import { policySetOf } from './arbitraries.ts';
import { conditionOf } from './conditional.ts';
import { catalog, decide, principal, toolTarget } from './fixtures.ts';
import { startCpuTime } from '../support/cpu-time.ts';

/** Objects and lists in turn, so many in all. */
function deep(depth: number): JsonObject {
  let value: Json = 'a';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { a: value } : [value];
  return { a: value };
}

describe('callers of any shape', () => {
  test('arguments and claims nested ten thousand deep are decided about', () => {
    const set = policySetOf([
      { id: 'p/pin', effect: 'permit', obligations: { set: { '/a/a/b': 1, '/c': deep(50) } } },
      {
        id: 'p/when',
        effect: 'permit',
        when: conditionOf('args.a == principal.claims.a || args.a.a == "x"'),
      },
      { id: 'p/no', effect: 'deny', when: conditionOf('args == principal.claims && has(args.none)') },
      { id: 'p/who', effect: 'deny', who: { claims: { a: ['x'] } } },
    ]);
    const who = principal({ claims: deep(10_000) });
    expect(['permit', 'deny']).toContain(
      decide(set, who, toolTarget('cluster', 'list'), deep(10_000)).effect,
    );
    expect(['permit', 'deny']).toContain(
      decide(set, who, toolTarget('cluster', 'list'), { c: deep(10_000) }).effect,
    );
    expect(typeof view(set, catalog(), who).shows(toolTarget('cluster', 'list'))).toBe('boolean');
  });

  test('somebody in ten thousand groups is decided about in a blink under a thousand rules', () => {
    const groups = Array.from({ length: 10_000 }, (_, index) => `g${index}`);
    const set = policySetOf(
      Array.from({ length: 1_000 }, (_, index) => ({
        id: `p/r${index}`,
        effect: 'permit' as const,
        who: { groups: [`g${index * 10}`, `h${index}`] },
        ...(index % 10 === 0 && { when: conditionOf(`"g${index}" in principal.groups`) }),
      })),
    );
    const cpuTime = startCpuTime();
    expect(decide(set, principal({ groups }), toolTarget('cluster', 'list'))).toMatchObject({
      effect: 'permit',
    });
    expect(cpuTime()).toBeLessThan(2_000);
  });
});
