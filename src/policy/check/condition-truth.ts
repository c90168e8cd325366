import { ALWAYS } from '../cel/made.ts';
import type { Target } from '../../catalog/entries.ts';
import type { JsonObject } from '../../catalog/json.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Verdict } from '../cel/condition.ts';
import { evaluateCondition, UNKNOWN, type Variables } from '../cel/evaluate.ts';
import type { Expression } from '../cel/expression.ts';
import { toVariables } from '../facts.ts';
import { narrow } from '../narrow/narrow.ts';
import type { CompiledRule } from '../policy-set.ts';
import { argumentUses, ITEM, type ArgumentPath } from './argument-uses.ts';
import { describePath, placeOf, type ConditionFinding } from './condition-arguments.ts';
import type { SchemaPlace } from './schema-place.ts';

const NOBODY: Principal = { issuer: '', subject: '', scopes: [], groups: [], claims: {} };

/** All that a rule is about, and the schema of the arguments of each. */
export interface Scope {
  readonly targets: readonly Target[];
  readonly schemas: readonly JsonObject[];
}

/** How often a check may ask what is true of one target: bounds the work, and so what can be claimed. */
export interface Budget {
  left: number;
}

/**
 * What is proven of a condition for everything that its rule is about, whoever calls, with whatever arguments, at any time.
 *
 * - `never`: it is never true
 * - `always`: where it can be evaluated it is true
 * - `error`: it can never be evaluated
 */
export function provenOf(
  { when }: CompiledRule,
  { targets, schemas }: Scope,
  budget: Budget,
): { readonly kind: 'never' | 'always' } | (Verdict & { readonly kind: 'error' }) | undefined {
  if (when === undefined || targets.length === 0) return undefined;
  let common: 'never' | 'always' | 'error' | undefined;
  let error: (Verdict & { readonly kind: 'error' }) | undefined;
  for (const [index, target] of targets.entries()) {
    if (budget.left <= 0) return undefined;
    budget.left -= 1;
    const verdict = evaluateCondition(when, variablesOf(target));
    const found = kindOf(verdict, schemas[index] ?? {}, common, budget);
    if (found === undefined || (common !== undefined && common !== found)) return undefined;
    common = found;
    if (verdict.kind === 'error') error ??= verdict;
  }
  if (common === 'error') return error;
  return common === undefined ? undefined : { kind: common };
}

function kindOf(
  verdict: Verdict,
  inputSchema: JsonObject,
  looked: 'never' | 'always' | 'error' | undefined,
  budget: Budget,
): 'never' | 'always' | 'error' | undefined {
  if (verdict.kind === 'false') return 'never';
  if (verdict.kind === 'true') return 'always';
  if (verdict.kind === 'error') return 'error';
  const isNothing = (permits: readonly Expression[], denies: readonly Expression[]): boolean => {
    budget.left -= 1;
    return narrow({ permits, denies }, { inputSchema }).kind === 'nothing';
  };
  if (looked !== 'always' && isNothing([verdict.residual], [])) return 'never';
  return looked !== 'never' && isNothing([ALWAYS], [verdict.residual]) ? 'always' : undefined;
}

/**
 * Arguments that a call may leave out, and without which the condition of a deny or an approval cannot be evaluated, and so matches.
 */
export function findUnguarded(
  { effect, when }: CompiledRule,
  { targets, schemas }: Scope,
): ConditionFinding[] {
  if (when === undefined || effect === 'permit') return [];
  const uses = argumentUses(when.expression);
  const paths = uses.map(({ path }) => path);
  const told = new Set<string>();
  return uses.flatMap(({ path, kind, at }): ConditionFinding[] => {
    const name = describePath(path);
    if (kind === 'has' || path.includes(ITEM) || told.has(name)) return [];
    told.add(name);
    const target = targets[schemas.findIndex((schema) => mayLack(schema, path))];
    if (target === undefined) return [];
    const verdict = evaluateCondition(when, { ...variablesOf(target), args: argumentsWithout(path, paths) });
    const fails = verdict.kind === 'error' || (verdict.kind === 'unknown' && hasError(verdict.residual));
    if (!fails) return [];
    const message = `a call that leaves out \`${name}\` is matched as well, because the condition cannot be evaluated without it; write \`has(${name}) && …\` if such calls are not meant`;
    return [{ at, message }];
  });
}

/** True where a condition may read what a call leaves out: where it always holds, it still tells such calls apart. */
export function mayLackSomething({ when }: CompiledRule, { schemas }: Scope): boolean {
  if (when === undefined) return false;
  return argumentUses(when.expression).some(({ kind, path }) => {
    if (kind === 'has') return false;
    return path.includes(ITEM) || schemas.some((schema) => isNotRequired(placeOf(schema, path)));
  });
}

function isNotRequired(place: SchemaPlace): boolean {
  return place.kind !== 'has' || place.optional;
}

/** True where the schema has the argument, and lets it be left out. */
function mayLack(schema: JsonObject, path: ArgumentPath): boolean {
  const place = placeOf(schema, path);
  return place.kind === 'has' && place.optional;
}

/** Arguments of which nothing is known, but that one is left out. */
function argumentsWithout(absent: ArgumentPath, mentioned: readonly ArgumentPath[]): Record<string, unknown> {
  const root: Record<string, unknown> = Object.create(null);
  const put = (path: ArgumentPath, value: unknown): void => {
    let at = root;
    for (const [depth, step] of path.entries()) {
      if (step === ITEM) return;
      if (depth === path.length - 1) {
        if (value !== undefined && at[step] === undefined) at[step] = value;
        return;
      }
      const inside = at[step];
      const next = isRecord(inside) ? inside : Object.create(null);
      at[step] = next;
      at = next;
    }
  };
  const isWithin = (path: ArgumentPath): boolean => absent.every((step, index) => path[index] === step);
  for (const path of mentioned.toSorted((a, b) => b.length - a.length)) {
    if (path.includes(ITEM)) put(path.slice(0, path.indexOf(ITEM)), UNKNOWN);
    else if (!isWithin(path)) put(path, UNKNOWN);
  }
  put(absent, undefined);
  return root;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** True where evaluation may come to something that fails. */
function hasError(expression: Expression): boolean {
  switch (expression.kind) {
    case 'error':
      return true;
    case 'and':
    case 'or':
    case 'compare':
    case 'arithmetic':
      return hasError(expression.left) || hasError(expression.right);
    case 'not':
    case 'negate':
      return hasError(expression.operand);
    case 'conditional':
      return [expression.test, expression.then, expression.otherwise].some(hasError);
    case 'call':
      return expression.args.some(hasError);
    default:
      return false;
  }
}

/** Everything that is known whoever calls, and whenever. Which models there are is not said, nor all URIs that can be read. */
function variablesOf(target: Target): Variables {
  const { principal: _principal, ...known } = toVariables({
    principal: NOBODY,
    target,
    ...(target.kind === 'resource' && { args: {} }),
  });
  if (target.kind === 'resource') return { ...known, tool: { ...asRecord(known.tool), name: UNKNOWN } };
  if (target.kind === 'model')
    return { ...known, tool: { ...asRecord(known.tool), name: UNKNOWN, source: UNKNOWN } };
  return known;
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
