import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateCondition, UNKNOWN, type Variables } from '../../src/policy/cel/evaluate.ts';
import type { Expression } from '../../src/policy/cel/expression.ts';
import { parseCondition } from '../../src/policy/cel/parse-condition.ts';
import { mapParts } from '../../src/policy/cel/substitute.ts';
import { writeExpression } from '../../src/policy/cel/write.ts';
import { texts, variables } from './arbitraries.ts';
import { evaluate, KNOWN, LISTED, summarize } from './evaluating.ts';

/** Puts UNKNOWN in place of members, wherever `hides` says so. */
function hide(value: unknown, hides: () => boolean): unknown {
  const inside = (part: unknown): unknown => (hides() ? UNKNOWN : hide(part, hides));
  if (Array.isArray(value)) return value.map(inside);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inside(part)]));
}

function hasError(expression: Expression): boolean {
  let found = expression.kind === 'error';
  mapParts(expression, (part) => {
    found ||= hasError(part);
    return part;
  });
  return found;
}

/** An assertion for each would take longer than what is tested. */
function expectSame(actual: string, expected: string, of: string): void {
  if (actual !== expected) throw new Error(`${actual}, not ${expected}: ${of}`);
}

/** What is written says the same, where it can be read again: a type that was not known before may be refused now. */
function checkWritten(residual: Expression, all: Variables, kind: string): void {
  if (hasError(residual)) return;
  const written = writeExpression(residual);
  const again = parseCondition(written);
  if (!('expression' in again)) return;
  expectSame(evaluateCondition(again, all).kind, kind, written);
  expectSame(writeExpression(again.expression), written, 'written again');
}

describe('what is not known yet leaves a residual', () => {
  test('which with the rest known says what the whole condition says, whatever was known before', () => {
    let left = 0;
    fc.assert(
      fc.property(
        texts(),
        fc.array(
          fc.tuple(
            variables,
            fc.subarray(['args', 'principal', 'tool', 'call', 'now']),
            fc.infiniteStream(fc.nat(5)),
          ),
          { minLength: 2, maxLength: 2 },
        ),
        (text, alternatives) => {
          const condition = parseCondition(text);
          if (!('expression' in condition)) return;
          for (const [all, absent, chances] of alternatives) {
            const known = hide(all, () => chances.next().value === 0) as Record<string, unknown>;
            const { now: _now, ...rest } = known;
            const partly: Variables = Object.fromEntries(
              Object.entries({ ...rest, now: all.now }).filter(([name]) => !absent.includes(name)),
            );
            const whole = evaluateCondition(condition, all);
            const part = evaluateCondition(condition, partly);
            if (part.kind !== 'unknown') {
              expectSame(part.kind, whole.kind, text);
              continue;
            }
            left++;
            const { residual } = part;
            expectSame(evaluateCondition({ expression: residual }, all).kind, whole.kind, text);
            checkWritten(residual, all, whole.kind);
          }
        },
      ),
      { numRuns: 1500 },
    );
    expect(left).toBeGreaterThan(300);
  });

  test.each([
    ['args.namespace in principal.claims.namespaces', 'args.namespace in ["dev", "test"]'],
    [
      'principal.claims.namespaces.exists(n, args.namespace == n)',
      'args.namespace == "dev" || args.namespace == "test"',
    ],
    [
      'principal.claims.namespaces.all(n, args.namespace != n)',
      'args.namespace != "dev" && args.namespace != "test"',
    ],
    ['principal.claims.namespaces.exists(n, n == "dev" && args.a == 1)', 'args.a == 1'],
    ['principal.claims.namespaces.exists(n, n == "dev") || args.a', 'true'],
    ['args.amount <= principal.claims.level * 100', 'args.amount <= 300'],
    ['tool.access == "read" && args.flag', 'args.flag'],
    ['(args.flag && true) == false', '(args.flag && true) == false'],
    ['tool.access == "write" && args.flag', 'false'],
    ['principal.claims.missing == 1 && args.flag', 'error("no such key: missing") && args.flag'],
    ['principal.claims.missing == args.a', 'error: no such key: missing'],
    [
      'args.a in principal.claims.object',
      'error: expected a list of the principal, found a map; ask for a key with has()',
    ],
    ['has(args.a.b)', 'has(args.a.b)'],
    ['has(principal.team) || has(args.a)', 'has(args.a)'],
    ['args.items.exists(i, i.kind in principal.groups)', 'args.items.exists(i, i.kind in ["dev", "oncall"])'],
    ['cel.bind(n, principal.claims.namespaces, args.n in n)', 'args.n in ["dev", "test"]'],
    ['cel.bind(n, args.n, n in principal.groups)', 'cel.bind(n, args.n, n in ["dev", "oncall"])'],
    ['now > timestamp("2026-01-01T00:00:00Z")', 'now > timestamp("2026-01-01T00:00:00Z")'],
    [
      'now.getHours("Europe/Berlin") < 18 && call.face == "http"',
      'now.getHours("Europe/Berlin") < 18 && call.face == "http"',
    ],
    ['principal.subject == "ann" ? args.a == 1 : args.b == 1', 'args.a == 1'],
    ['args.a ? principal.subject == "ann" : principal.subject == "bob"', 'args.a ? true : false'],
    ['!(args.a == 1 || principal.subject == "bob")', '!(args.a == 1)'],
    ['principal.groups.map(g, g + args.a) == []', '["dev", "oncall"].map(g, g + args.a) == []'],
    ['[args.a, principal.subject].exists(x, x == "ann")', '[args.a, "ann"].exists(x, x == "ann")'],
    [
      'args.xs.exists(x, args.ys.exists(x, x == principal.subject))',
      'args.xs.exists(x, args.ys.exists(x2, x2 == "ann"))',
    ],
  ])('%s becomes %s', (text, expected) => {
    expect(summarize(evaluate(text, LISTED))).toBe(expected);
  });

  test('is about masked members only', () => {
    const args = { secret: UNKNOWN, list: ['a', UNKNOWN], open: 1 };
    const known = { ...KNOWN, args };
    const left = (text: string): string => summarize(evaluate(text, known));
    expect(left('args.open == 1')).toBe('true');
    expect(left('has(args.secret)')).toBe('true');
    expect(left('args.secret == "x"')).toBe('args.secret == "x"');
    expect(left('"a" in args.list')).toBe('true');
    expect(left('"b" in args.list')).toBe('"b" in args.list');
    expect(left('args.list.exists(x, x == "b")')).toBe('args.list[1] == "b"');
    expect(left('args == {"secret": 1}')).toBe('false');
    expect(left('size(args.list) == 2')).toBe('true');
    expect(left('args.list == ["a", "b"]')).toBe('args.list == ["a", "b"]');
    expect(left('args.list == ["b", "b"]')).toBe('false');
  });

  test('chains of many items are no deeper than whoever reads them can go', () => {
    const namespaces = Array.from({ length: 1000 }, (_, index) => `n${index}`);
    const principal = { ...KNOWN.principal, claims: { namespaces } };
    const verdict = evaluate('principal.claims.namespaces.exists(n, args.namespace == n)', { principal });
    if (verdict.kind !== 'unknown') throw new Error(verdict.kind);
    expect(verdict.residual.kind).toBe('or');
    expect(depthOf(verdict.residual)).toBeLessThan(60);
    const [first, last] = ['n0', 'n999'].map((namespace) =>
      evaluateCondition({ expression: verdict.residual }, { ...KNOWN, args: { namespace } }),
    );
    expect([first?.kind, last?.kind]).toEqual(['true', 'true']);
  });
});

function depthOf(expression: Expression): number {
  let depth = 0;
  mapParts(expression, (part) => {
    depth = Math.max(depth, depthOf(part));
    return part;
  });
  return depth + 1;
}
