import type { JsonObject } from '../../catalog/json.ts';
import { suggest } from '../../text/suggest.ts';
import type { Span } from '../cel/expression.ts';
import type { CompiledRule } from '../policy-set.ts';
import { argumentUses, ITEM, type ArgumentPath, type ArgumentUse, type Literal } from './argument-uses.ts';
import { placeIn, typesOf, type SchemaPlace } from './schema-place.ts';

/** Something about a part of a condition. */
export interface ConditionFinding {
  readonly at: Span;
  readonly message: string;
}

/** The types of JSON whose values a literal compares with. */
const TYPES: Readonly<Record<Exclude<Literal, 'null'>, readonly string[]>> = {
  boolean: ['boolean'],
  number: ['number', 'integer'],
  string: ['string'],
  other: ['array', 'object'],
};

/** What comes of a condition that can never be evaluated. */
const OUTCOMES: Readonly<Record<CompiledRule['effect'], string>> = {
  permit: 'it permits nothing',
  deny: 'it denies every call',
  approve: 'every call needs an approval',
};

const places = new WeakMap<JsonObject, Map<string, SchemaPlace>>();

/** What a schema says of a path; looked up once for each. */
export function placeOf(schema: JsonObject, path: ArgumentPath): SchemaPlace {
  const known = places.get(schema) ?? new Map<string, SchemaPlace>();
  places.set(schema, known);
  const key = JSON.stringify(path.map((step) => (step === ITEM ? null : step)));
  const place = known.get(key) ?? placeIn(schema, path);
  known.set(key, place);
  return place;
}

/**
 * What a condition says of arguments that cannot be meant: those that nothing has which the rule is about, and comparisons of what cannot
 * be equal or in order.
 *
 * @param schemas input schemas of everything that the rule is about
 */
export function checkArguments(rule: CompiledRule, schemas: readonly JsonObject[]): ConditionFinding[] {
  if (rule.when === undefined || schemas.length === 0) return [];
  const missing = new Set<string>();
  return argumentUses(rule.when.expression).flatMap((use): ConditionFinding[] => {
    const name = describePath(use.path);
    if (missing.has(name)) return [];
    const absence = describeAbsence(use.path, schemas);
    if (absence !== undefined) {
      missing.add(name);
      return [{ at: use.at, message: absence }];
    }
    const mismatch = describeMismatch(rule, use, schemas);
    return mismatch === undefined ? [] : [{ at: use.at, message: mismatch }];
  });
}

/** Why no schema has an argument, in words; undefined where one may have it. */
export function describeAbsence(path: ArgumentPath, schemas: readonly JsonObject[]): string | undefined {
  let deepest: Extract<SchemaPlace, { kind: 'lacks' }> | undefined;
  for (const schema of schemas) {
    const place = placeOf(schema, path);
    if (place.kind !== 'lacks') return undefined;
    if (deepest === undefined || place.depth > deepest.depth) deepest = place;
  }
  if (deepest === undefined) return undefined;
  const { depth, known } = deepest;
  const step = path[depth];
  const near = typeof step === 'string' ? suggest(step, known.slice(0, 1000)) : undefined;
  const whole = path.map((one, index) => (index === depth && near !== undefined ? near : one));
  const advice = near === undefined ? '' : `; did you mean \`${describePath(whole)}\`?`;
  return `nothing that this rule is about has an argument \`${describePath(path)}\`${advice}`;
}

function describeMismatch(
  rule: CompiledRule,
  use: ArgumentUse,
  schemas: readonly JsonObject[],
): string | undefined {
  const wanted = wantedTypes(use);
  if (wanted === undefined) return undefined;
  const found = new Set<string>();
  for (const schema of schemas) {
    const place = placeOf(schema, use.path);
    if (place.kind === 'lacks') continue;
    const types = place.kind === 'has' ? typesOf(place.schemas) : undefined;
    if (types === undefined || wanted.some((type) => types.has(type))) return undefined;
    for (const type of types) found.add(type);
  }
  if (found.size === 0) return undefined;
  const is = [...found].toSorted().join(' or ');
  const whole = rule.when?.expression;
  if (use.kind === 'truth') {
    const isWhole = whole?.at.start === use.at.start && whole.at.end === use.at.end;
    const outcome = isWhole ? `, so ${OUTCOMES[rule.effect]}` : '';
    return `\`${describePath(use.path)}\` is of type ${is} in everything that this rule is about, and what stands here has to be true or false${outcome}; compare it, or write \`has(${describePath(use.path)})\``;
  }
  const other =
    use.kind === 'text' ? 'a method of strings is called on it' : `it is compared with ${namesOf(use)}`;
  return `\`${describePath(use.path)}\` is of type ${is} in everything that this rule is about, and ${other}`;
}

function wantedTypes({ kind, compared }: ArgumentUse): string[] | undefined {
  if (kind === 'text') return ['string'];
  if (kind === 'truth') return ['boolean'];
  if (compared === undefined) return undefined;
  const types: string[] = [];
  for (const value of compared.values) {
    // To ask for null is a way to ask whether something is given.
    if (value === 'null') return undefined;
    types.push(...TYPES[value]);
  }
  return types;
}

function namesOf({ compared }: ArgumentUse): string {
  const names = {
    number: 'a number',
    string: 'a string',
    boolean: 'a boolean',
    other: 'a list or map',
    null: 'null',
  };
  return [...new Set(compared?.values.map((value) => names[value]))].join(' or ');
}

/** As a condition writes it: `args.items[*].sku`. */
export function describePath(path: ArgumentPath): string {
  return `args${path.map((step) => (step === ITEM ? '[*]' : /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`)).join('')}`;
}
