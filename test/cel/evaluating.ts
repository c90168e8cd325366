import type { Verdict } from '../../src/policy/cel/condition.ts';
import { evaluateCondition, type Variables } from '../../src/policy/cel/evaluate.ts';
import type { Expression } from '../../src/policy/cel/expression.ts';
import { parseCondition } from '../../src/policy/cel/parse-condition.ts';
import { writeExpression } from '../../src/policy/cel/write.ts';

const PRINCIPAL = {
  issuer: 'config',
  subject: 'ann',
  scopes: ['read'],
  groups: ['dev', 'oncall'],
  claims: { namespaces: ['dev', 'test'], level: 3, ratio: 0.5, object: { dev: 1 } },
};

const TOOL = { kind: 'tool', source: 'cluster', name: 'get_pod', access: 'read', tags: ['pods'] };

/** What is known when a call is decided. */
export const KNOWN = {
  principal: PRINCIPAL,
  tool: TOOL,
  call: { face: 'http', endpoint: '/mcp' },
  now: Date.UTC(2026, 6, 14, 22, 30, 15, 250),
  args: {},
} satisfies Variables;

/** What is known when a list is made. */
export const LISTED: Variables = { principal: PRINCIPAL, tool: TOOL };

export function parse(text: string): Expression {
  const condition = parseCondition(text);
  if ('expression' in condition) return condition.expression;
  throw new Error(`${text}: ${condition.message}`);
}

export function evaluate(text: string, variables: Variables = KNOWN): Verdict {
  return evaluateCondition({ expression: parse(text) }, variables);
}

/** `true`, `false`, `error: <message>`, or what is left of it. */
export function summarize(verdict: Verdict): string {
  if (verdict.kind === 'error') return `error: ${verdict.message}`;
  return verdict.kind === 'unknown' ? writeExpression(verdict.residual) : verdict.kind;
}
