import { isJsonObject, type JsonSchema } from '../../catalog/json.ts';
import { pathInto } from '../cel/places.ts';
import type { Expression } from '../cel/expression.ts';
import { writeExpression } from '../cel/write.ts';
import type { Region } from '../narrow/region.ts';

/** Marks an argument that nobody gives: it stands for a term of the text after it. */
const MARK = '\u0000';

/** Keywords beside which one more property changes nothing. */
const PLAIN = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'title',
  'description',
  '$schema',
]);

const COUNTS = new Set([
  'size',
  'getHours',
  'getMinutes',
  'getSeconds',
  'getMilliseconds',
  'getDate',
  'getDayOfMonth',
  'getDayOfWeek',
  'getDayOfYear',
  'getMonth',
  'getFullYear',
]);

/** Regions in which what is no argument stands as one, and the schema that lets it through. */
export interface Abstracted {
  readonly regions: readonly [Region, Region];
  readonly inputSchema: JsonSchema;
}

/**
 * Two regions in which terms that are compared with constants, the hour of `now`, the size of a list, are arguments of their own that
 * may be anything. What holds for all values of these holds of the calls themselves; the same term is the same argument in both.
 * Undefined where there is no such term, or the schema asks too much to be extended.
 */
export function abstractTerms(
  regions: readonly [Region, Region],
  schema: JsonSchema,
): Abstracted | undefined {
  if (!isJsonObject(schema) || !Object.keys(schema).every((keyword) => PLAIN.has(keyword))) return undefined;
  const terms = new Map<string, JsonSchema>();
  const toRegion = ({ permits, denies }: Region): Region => ({
    permits: permits.map((one) => rewrite(one, terms)),
    denies: denies.map((one) => rewrite(one, terms)),
  });
  const [first, second] = [toRegion(regions[0]), toRegion(regions[1])];
  if (terms.size === 0) return undefined;
  const { properties } = schema;
  const all = { ...(isJsonObject(properties) && properties), ...Object.fromEntries(terms) };
  return { regions: [first, second], inputSchema: { ...schema, properties: all } };
}

/** The term that an argument stands for; undefined for an argument of the call. */
export function termOf(name: string): string | undefined {
  return name.startsWith(MARK) ? name.slice(MARK.length) : undefined;
}

function rewrite(expression: Expression, terms: Map<string, JsonSchema>): Expression {
  switch (expression.kind) {
    case 'not':
      return { ...expression, operand: rewrite(expression.operand, terms) };
    case 'and':
    case 'or':
      return {
        ...expression,
        left: rewrite(expression.left, terms),
        right: rewrite(expression.right, terms),
      };
    case 'conditional':
      return {
        ...expression,
        test: rewrite(expression.test, terms),
        then: rewrite(expression.then, terms),
        otherwise: rewrite(expression.otherwise, terms),
      };
    case 'compare': {
      const [left, right] = [toFixed(expression.left), toFixed(expression.right)];
      if (right !== undefined && isTerm(expression.left))
        return { ...expression, left: standIn(expression.left, terms), right };
      if (left !== undefined && isTerm(expression.right) && expression.operator !== 'in')
        return { ...expression, left, right: standIn(expression.right, terms) };
      return expression;
    }
    default:
      return expression;
  }
}

/** A constant, or a list of constants; a point in time as its number. */
function toFixed(expression: Expression): Expression | undefined {
  const { kind, at } = expression;
  if (kind === 'constant' || kind === 'known') return expression;
  if (kind === 'list')
    return expression.items.every(({ kind: of }) => of === 'constant') ? expression : undefined;
  if (kind !== 'call' || expression.name !== 'timestamp') return undefined;
  const [of] = expression.args;
  if (of?.kind !== 'constant' || typeof of.value !== 'string') return undefined;
  const time = Date.parse(of.value);
  return Number.isNaN(time) ? undefined : { kind: 'constant', value: BigInt(time), at };
}

/** What the narrowing of arguments cannot look into. */
function isTerm(expression: Expression): boolean {
  const { kind } = expression;
  if (kind === 'call') return expression.name !== 'timestamp';
  return ['now', 'call', 'tool'].some((variable) => pathInto(variable, expression) !== undefined);
}

function standIn(expression: Expression, terms: Map<string, JsonSchema>): Expression {
  const name = `${MARK}${writeExpression(expression)}`;
  const isCount = expression.kind === 'call' && COUNTS.has(expression.name);
  terms.set(name, isCount ? { type: 'integer', minimum: 0 } : {});
  const { at } = expression;
  return { kind: 'member', of: { kind: 'name', name: 'args', at }, name, at };
}
