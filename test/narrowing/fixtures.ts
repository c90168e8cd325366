import type { JsonObject, JsonSchema } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import type { Principal } from '../../src/identity/principal.ts';
import type { Expression } from '../../src/policy/cel/expression.ts';
import { parseCondition } from '../../src/policy/cel/parse-condition.ts';
import { narrow } from '../../src/policy/narrow/narrow.ts';
import { presentNarrowed } from '../../src/policy/narrow/present.ts';
import type { Narrowing, Region } from '../../src/policy/narrow/region.ts';
import { createPolicySet, type PolicySet } from '../../src/policy/policy-set.ts';
import type { Rule } from '../../src/policy/rule.ts';
import { view } from '../../src/policy/view.ts';
import { catalog, catalogOf, principal, tool } from '../policy/fixtures.ts';

/** A rule about every tool: `permit args.a == "x"`, `deny args.b > 3`, or `permit` alone. */
export type RuleText = `${'permit' | 'deny' | 'approve'}${'' | ` ${string}`}`;

export function policyOf(rules: readonly RuleText[]): PolicySet {
  return createPolicySet(
    rules.map((text, index) => {
      const [effect = '', ...rest] = text.split(' ');
      const when = rest.join(' ');
      return {
        id: `p/r${String(index).padStart(5, '0')}`,
        effect: effect as Rule['effect'],
        ...(when !== '' && { when: { text: when, expression: expressionOf(when) } }),
        positionOf: () => ({ file: 'p', line: 1, column: 1 }),
      };
    }),
  );
}

const parsed = new Map<string, Expression>();

function expressionOf(text: string): Expression {
  const before = parsed.get(text);
  if (before) return before;
  const condition = parseCondition(text);
  if ('message' in condition) throw new Error(`${text}: ${condition.message}`);
  parsed.set(text, condition.expression);
  return condition.expression;
}

export function toolWith(inputSchema: JsonSchema, description = 'Does it.'): Tool {
  return { ...tool('s', 'do'), description, inputSchema, validationSchema: inputSchema };
}

export function objectSchema(properties: JsonObject, rest: JsonObject = {}): JsonSchema {
  return { type: 'object', properties, ...rest };
}

/** What the rules come to for the only tool there is. */
export function narrowingOf(
  rules: readonly RuleText[],
  schema: JsonSchema,
  caller: Principal = principal(),
): Narrowing {
  const one = toolWith(schema);
  return view(policyOf(rules), catalog(catalogOf('s', { tools: [one] })), caller).narrowingOf({
    kind: 'tool',
    tool: one,
  });
}

/** The tool as the rules let it be presented; undefined where it is hidden. */
export function presentedUnder(
  rules: readonly RuleText[],
  schema: JsonSchema,
  caller: Principal = principal(),
): Tool | undefined {
  const one = toolWith(schema);
  return view(policyOf(rules), catalog(catalogOf('s', { tools: [one] })), caller).present(one);
}

export function regionOf(permits: readonly string[], denies: readonly string[] = []): Region {
  return { permits: permits.map(expressionOf), denies: denies.map(expressionOf) };
}

export { narrow, presentNarrowed };
