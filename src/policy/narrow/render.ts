import type { Json } from '../../catalog/json.ts';
import { byOrder, complementCuts, piecesOf } from './cuts.ts';
import { hasList, listsOf, listsOfSizes, sizesOf } from './list-set.ts';
import { MAX_LISTED } from './notes.ts';
import { wholeAbove } from './numbers.ts';
import { renderNumbers } from './render-numbers.ts';
import { renderStrings } from './render-strings.ts';
import { stringPiecesOf } from './strings.ts';
import {
  ABSENT,
  differenceOf,
  FALSE,
  hasObjects,
  hasValue,
  intersectionOf,
  isEmptySet,
  isSubset,
  LISTS,
  NO_VALUE,
  NULL,
  NUMBERS,
  OBJECT,
  OBJECTS,
  ofFlags,
  ofLists,
  ofValues,
  PRESENCE,
  STRINGS,
  TRUE,
  unionOf,
  WHOLE_NUMBERS,
  type ValueSet,
} from './value-set.ts';

/** What is said of values of one kind. */
export interface Said {
  readonly schema: Readonly<Record<string, Json>>;
  /** What the keywords, and what is to be written of `patterns`, let through. */
  readonly said: ValueSet;
  /** Values that are to be left out beside that. */
  readonly excluded: readonly Json[];
  /** Of strings that are to be left out. */
  readonly patterns: readonly string[];
}

/**
 * The keywords that say what a value may be which its schema does not say already. `said` are the values that both let through together:
 * never fewer than those wanted, and more where JSON Schema has no plain words.
 *
 * @param wanted part of `domain`
 * @param domain what the schema lets through, or more
 * @param listed the domain in the schema's own order, where it lists it
 */
export function renderValues(
  wanted: ValueSet,
  domain: ValueSet,
  listed?: readonly Json[],
): Pick<Said, 'schema' | 'said'> {
  const values = differenceOf(wanted, ofFlags(ABSENT));
  const given = differenceOf(domain, ofFlags(ABSENT));
  if (isSubset(given, values)) return { schema: {}, said: PRESENCE };
  if (isEmptySet(values)) return { schema: { not: {} }, said: NO_VALUE };
  const list = listValues(values, listed);
  if (list !== undefined) {
    const schema: Said['schema'] = list.length === 1 ? { const: list[0] as Json } : { enum: list };
    return { schema, said: values };
  }
  return renderKinds(values, given);
}

/** The values one by one, where they are few and a range does not say it better. */
function listValues(values: ValueSet, listed: readonly Json[] | undefined): Json[] | undefined {
  if (hasObjects(values)) return undefined;
  if (listed !== undefined && isSubset(values, ofValues(listed))) {
    const list = uniqueOf(listed.filter((value) => hasValue(values, value)));
    return list.length <= MAX_LISTED ? list : undefined;
  }
  const { numbers, strings } = values;
  if (strings.length > 2 * MAX_LISTED || numbers.fraction.length > 0) return undefined;
  const lists = listsOf(values.lists);
  if (lists === undefined) return undefined;
  const texts: string[] = [];
  for (const { kind, text } of stringPiecesOf(strings)) {
    if (kind !== 'single') return undefined;
    texts.push(text);
  }
  const flags = values.flags;
  const rest: Json[] = [
    ...((flags & NULL) === 0 ? [] : [null]),
    ...((flags & FALSE) === 0 ? [] : [false]),
    ...((flags & TRUE) === 0 ? [] : [true]),
    ...texts,
    ...lists.map((one) => [...one]),
  ];
  const whole = listWhole(values, rest.length === 0);
  return whole && rest.length + whole.length <= MAX_LISTED ? [...whole, ...rest] : undefined;
}

function listWhole({ numbers: { whole } }: ValueSet, isAlone: boolean): number[] | undefined {
  const list: number[] = [];
  for (const [first, end] of piecesOf(whole)) {
    if (!Number.isFinite(first) || end === undefined || end - first > MAX_LISTED) return undefined;
    for (let value = first; value < end; value = wholeAbove(value)) list.push(value);
    if (list.length > MAX_LISTED) return undefined;
  }
  return isAlone && whole.length === 2 && list.length > 1 ? undefined : list;
}

function uniqueOf(values: readonly Json[]): Json[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function renderKinds(values: ValueSet, given: ValueSet): Pick<Said, 'schema' | 'said'> {
  const kinds = KINDS.filter(({ of }) => !isEmptySet(intersectionOf(values, of)));
  const hasFractions = values.numbers.fraction.length > 0;
  const types = kinds
    .map(({ type }) => type)
    .filter((type) => type !== (hasFractions ? 'integer' : 'number'))
    .toSorted(byOrder);
  const ofTypes = types.reduce<ValueSet>(
    (set, type) => unionOf(set, TYPE_VALUES[type] as ValueSet),
    NO_VALUE,
  );
  const isNews = !isSubset(given, ofTypes);

  const parts = kinds.flatMap(({ render }) => (render === undefined ? [] : [render(values, given)]));
  const unlisted = parts.flatMap((part) => part.excluded);
  for (const value of [false, true]) {
    if (!hasValue(values, value) && hasValue(given, value) && hasValue(ofTypes, value)) unlisted.push(value);
  }
  const excluded = unlisted.length <= MAX_LISTED ? unlisted : [];
  const schema: Said['schema'] = Object.assign(
    isNews ? { type: types.length === 1 ? (types[0] as string) : types } : {},
    ...parts.map((part) => part.schema),
    toNot(
      excluded,
      parts.flatMap((part) => part.patterns),
    ),
  );
  const said = parts.reduce<ValueSet>(
    (set, part) => unionOf(set, part.said),
    ofFlags(NULL | FALSE | TRUE | OBJECT),
  );
  return { schema, said: differenceOf(intersectionOf(said, ofTypes), ofValues(excluded)) };
}

interface Kind {
  readonly type: 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';
  readonly of: ValueSet;
  readonly render?: (values: ValueSet, given: ValueSet) => Said;
}

const KINDS: readonly Kind[] = [
  { type: 'null', of: ofFlags(NULL) },
  { type: 'boolean', of: ofFlags(TRUE | FALSE) },
  { type: 'integer', of: WHOLE_NUMBERS },
  {
    type: 'number',
    of: NUMBERS,
    render: (values, given) => renderNumbers(values.numbers, given.numbers),
  },
  {
    type: 'string',
    of: STRINGS,
    render: (values, given) => renderStrings(values.strings, given.strings),
  },
  { type: 'array', of: LISTS, render: renderLists },
  { type: 'object', of: OBJECTS },
];

const TYPE_VALUES: Readonly<Record<string, ValueSet>> = Object.fromEntries(
  KINDS.map(({ type, of }) => [type, of]),
);

function toNot(values: readonly Json[], patterns: readonly string[]): Said['schema'] {
  const parts: Json[] = [
    ...(values.length === 0 ? [] : [{ enum: [...values] }]),
    // Of what is no string a pattern is always true.
    ...patterns.map((pattern) => ({ type: 'string', pattern })),
  ];
  if (parts.length === 0) return {};
  return { not: parts.length === 1 ? (parts[0] as Json) : { anyOf: parts } };
}

/** The bounds of a list's length, and single lists that are left out. */
function renderLists(values: ValueSet, given: ValueSet): Said {
  const sizes = sizesOf(values.lists);
  const least = sizes[0] ?? 0;
  const end = sizes.length % 2 === 0 ? sizes.at(-1) : undefined;
  const schema: Record<string, Json> = {};
  let said = LISTS;
  const tooShort = ofLists(listsOfSizes(complementCuts([least], -Infinity)));
  if (!isSubset(given, differenceOf(PRESENCE, tooShort))) {
    schema['minItems'] = least;
    said = differenceOf(said, tooShort);
  }
  if (end !== undefined) {
    const tooLong = ofLists(listsOfSizes([end]));
    if (!isSubset(given, differenceOf(PRESENCE, tooLong))) {
      schema['maxItems'] = end - 1;
      said = differenceOf(said, tooLong);
    }
  }
  const left = differenceOf(said, values).lists;
  const excluded = [...left.exceptions.values()]
    .filter((list) => hasList(left, list) && hasList(given.lists, list))
    .map((list) => [...list]);
  return { schema, said, excluded, patterns: [] };
}
