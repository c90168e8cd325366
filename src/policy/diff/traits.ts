import type { Json, JsonObject } from '../../catalog/json.ts';
import { isJsonObject } from '../../catalog/json.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Expression } from '../cel/expression.ts';
import type { Rule, Who } from '../rule.ts';
import { childrenOf } from '../cel/children.ts';
import { pathInto, type VariablePath } from '../cel/places.ts';

/** One thing that a rule asks of a caller. */
export type Trait =
  | {
      readonly kind: 'scope' | 'group' | 'team' | 'client' | 'subject' | 'issuer';
      readonly value: string;
    }
  | { readonly kind: 'claim'; readonly path: VariablePath; readonly value: Json };

/** Stands for a value that a condition compares with something that is not known. */
const SOME_VALUE = 'example';

/** Somebody of whom nothing in particular is known. */
const NOBODY_IN_PARTICULAR: Principal = {
  issuer: 'https://issuer.example',
  subject: 'somebody',
  scopes: [],
  groups: [],
  claims: {},
};

/** What `who` asks for, one list of alternatives for each of its members. */
export function traitsOfWho(who: Who | undefined): Trait[][] {
  if (who === undefined) return [];
  const { scopes, groups, team, client, subject, issuer, claims = {} } = who;
  const named = (kind: Exclude<Trait['kind'], 'claim'>, values: readonly string[] = []): Trait[] =>
    values.map((value) => ({ kind, value }));
  return [
    named('scope', scopes),
    named('group', groups),
    named('team', team),
    named('client', client),
    named('subject', subject),
    named('issuer', issuer),
    ...Object.entries(claims).map(([name, values]) =>
      values.map((value): Trait => ({ kind: 'claim', path: [name], value })),
    ),
  ].filter((alternatives) => alternatives.length > 0);
}

/** What a condition compares the caller with, as far as that is plain from how it is written. */
export function traitsOfCondition(condition: Rule['when']): Trait[] {
  return condition === undefined ? [] : traitsIn(condition.expression);
}

function traitsIn(expression: Expression): Trait[] {
  return [...ownTraits(expression), ...childrenOf(expression).flatMap(traitsIn)];
}

function ownTraits(expression: Expression): Trait[] {
  if (expression.kind === 'has') {
    const of = pathInto('principal', expression.of);
    return of === undefined ? [] : toTraits([...of, expression.name], [SOME_VALUE], 'one');
  }
  if (expression.kind !== 'compare') return [];
  const { operator, left, right } = expression;
  const [leftPath, rightPath] = [pathInto('principal', left), pathInto('principal', right)];
  if (operator === 'in') {
    if (rightPath !== undefined) return toTraits(rightPath, valuesOf(left), 'several');
    return leftPath === undefined ? [] : toTraits(leftPath, valuesOf(right), 'one');
  }
  if (leftPath !== undefined) return toTraits(leftPath, valuesOf(right), 'one');
  return rightPath === undefined ? [] : toTraits(rightPath, valuesOf(left), 'one');
}

function toTraits(path: VariablePath, values: readonly Json[], held: 'one' | 'several'): Trait[] {
  const [first = '', ...rest] = path;
  if (first === 'claims' && rest.length > 0) {
    return values.map((value) => ({
      kind: 'claim',
      path: rest,
      value: held === 'several' ? [value] : value,
    }));
  }
  const kind = KINDS.get(first);
  if (kind === undefined || rest.length > 0) return [];
  return values.flatMap((value) =>
    typeof value === 'string' && value !== SOME_VALUE ? [{ kind, value }] : [],
  );
}

const KINDS = new Map<string, Exclude<Trait['kind'], 'claim'>>([
  ['scopes', 'scope'],
  ['groups', 'group'],
  ['team', 'team'],
  ['client', 'client'],
  ['subject', 'subject'],
  ['issuer', 'issuer'],
]);

function valuesOf(expression: Expression): Json[] {
  if (expression.kind === 'list') return expression.items.flatMap(valuesOf);
  if (expression.kind !== 'constant') return [SOME_VALUE];
  const { value } = expression;
  if (typeof value === 'bigint') return [Number(value)];
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
    ? // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what else there is, is no JSON and was sorted out
      [value as Json]
    : [];
}

/** Somebody who has all of these. */
export function withTraits(traits: readonly Trait[]): Principal {
  const scopes: string[] = [];
  const groups: string[] = [];
  let somebody: Principal = NOBODY_IN_PARTICULAR;
  for (const trait of traits) {
    if (trait.kind === 'scope') scopes.push(trait.value);
    else if (trait.kind === 'group') groups.push(trait.value);
    else if (trait.kind === 'claim') {
      somebody = { ...somebody, claims: withValue(somebody.claims, trait.path, trait.value) };
    } else somebody = { ...somebody, [trait.kind]: trait.value };
  }
  return { ...somebody, scopes: [...new Set(scopes)], groups: [...new Set(groups)] };
}

function withValue(object: JsonObject, [name = '', ...rest]: VariablePath, value: Json): JsonObject {
  const member = Object.hasOwn(object, name) ? object[name] : undefined;
  const next = rest.length === 0 ? value : withValue(isJsonObject(member) ? member : {}, rest, value);
  return Object.fromEntries([...Object.entries(object).filter(([key]) => key !== name), [name, next]]);
}

/** `group sre and team ops`. */
export function describeTraits(traits: readonly Trait[]): string {
  if (traits.length === 0) return 'anyone';
  return traits
    .map((trait) =>
      trait.kind === 'claim'
        ? `claim ${trait.path.join('.')} = ${JSON.stringify(trait.value)}`
        : `${trait.kind} ${trait.value}`,
    )
    .join(' and ');
}
