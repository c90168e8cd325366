import type { ErrorObject } from 'ajv/dist/2020.js';
import { isJsonObject, type Json } from '../catalog/json.ts';
import { toPointer } from '../text/pointer.ts';
import { suggest } from '../text/suggest.ts';
import { whereItGoes, whereItMayGo } from './misplaced-argument.ts';

/** What is wrong with one value of the arguments. */
export interface Problem {
  /** Where: a JSON pointer (RFC 6901) into the arguments. */
  readonly pointer: string;
  /** What was expected there, as the end of a sentence that begins with the pointer. */
  readonly message: string;
}

/** Errors of one validation that are looked at: unions of large objects make thousands. */
const MAX_ERRORS = 500;

/** Names that a mistyped one is compared with. */
const MAX_CANDIDATES = 500;

const MAX_VALUES = 10;
const MAX_TEXT = 80;

/** Keywords whose failure only says that what stands below them failed. */
const UMBRELLAS = new Set(['anyOf', 'oneOf', 'if', 'propertyNames', 'contains']);

/**
 * What a validator found, told once for each value: the alternatives of a union are joined, and where anything more exact is
 * known, that none of them matched is not told as well. The validator has to be verbose.
 */
export function toProblems(errors: readonly ErrorObject[]): Problem[] {
  const looked = errors.slice(0, MAX_ERRORS);
  const exact = looked.filter(({ keyword }) => !UMBRELLAS.has(keyword));
  const told = looked.filter(
    (error) =>
      !UMBRELLAS.has(error.keyword) ||
      !exact.some(({ instancePath }) => isAtOrBelow(instancePath, error.instancePath)),
  );
  return joinAlternatives(told.map(toFinding));
}

function isAtOrBelow(pointer: string, above: string): boolean {
  return pointer === above || pointer.startsWith(`${above}/`);
}

/** A problem, or one type or value of several that would have done. */
interface Finding extends Problem {
  readonly alternatives?: readonly string[];
}

/** `must be string` and `must be null` about one value are `must be string or null`. */
function joinAlternatives(findings: readonly Finding[]): Problem[] {
  const alternatives = new Map<string, Set<string>>();
  for (const { pointer, alternatives: names = [] } of findings) {
    const known = alternatives.get(pointer) ?? new Set();
    for (const name of names) known.add(name);
    alternatives.set(pointer, known);
  }
  const problems = findings.map(({ pointer, message, alternatives: own }) => ({
    pointer,
    message: own === undefined ? message : `must be ${listOr([...(alternatives.get(pointer) ?? own)])}`,
  }));
  return [
    ...new Map(problems.map((problem) => [`${problem.pointer}\n${problem.message}`, problem])).values(),
  ];
}

function toFinding(error: ErrorObject): Finding {
  const pointer = error.instancePath;
  const params = error.params as Record<string, unknown>;
  const parent: Json = isJsonObject(error.parentSchema) ? error.parentSchema : {};
  switch (error.keyword) {
    case 'required':
    case 'dependentRequired':
      return missing(error, String(params['missingProperty']), parent);
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknown(error, String(params['additionalProperty'] ?? params['unevaluatedProperty']), parent);
    case 'type': {
      const types = Array.isArray(params['type']) ? params['type'].map(String) : [String(params['type'])];
      return { pointer, message: '', alternatives: types };
    }
    case 'enum':
      return { pointer, message: describeValues(params['allowedValues'] as Json[], error.data as Json) };
    case 'const':
      return { pointer, message: `must be ${brief(JSON.stringify(params['allowedValue']))}` };
    case 'pattern':
      return { pointer, message: `must match the pattern ${brief(String(params['pattern']))}` };
    case 'false schema':
      return { pointer, message: 'is not allowed here' };
    case 'anyOf':
    case 'oneOf':
      return { pointer, message: 'must match exactly one of the forms that are described' };
    case 'not':
      return { pointer, message: 'has a form that is ruled out' };
    default:
      return { pointer, message: error.message ?? `fails ${error.keyword}` };
  }
}

function missing(error: ErrorObject, name: string, parent: Json): Problem {
  const property =
    isJsonObject(parent) && isJsonObject(parent['properties']) ? parent['properties'][name] : undefined;
  const type = isJsonObject(property) ? property['type'] : undefined;
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  const expected = types.length === 0 ? '' : ` (${listOr(types.map(String))})`;
  const given = (error.params as Record<string, unknown>)['property'];
  const because = typeof given === 'string' ? ` beside ${brief(given)}` : '';
  return {
    pointer: `${error.instancePath}${toPointer([name])}`,
    message: `is required${because}${expected}`,
  };
}

function unknown(error: ErrorObject, name: string, parent: Json): Problem {
  const isRoot = error.instancePath === '';
  const place = isRoot ? 'is not an argument of this tool' : 'is not a property of this object';
  const hint = isRoot ? hintAtArgument(name, error.data as Json, parent) : didYouMean(name, parent);
  return {
    pointer: `${error.instancePath}${toPointer([name])}`,
    message: hint === undefined ? place : `${place}; ${hint}`,
  };
}

function hintAtArgument(name: string, args: Json, parent: Json): string | undefined {
  return whereItGoes(name, args, parent) ?? didYouMean(name, parent) ?? whereItMayGo(name, args, parent);
}

function didYouMean(name: string, parent: Json): string | undefined {
  const properties = isJsonObject(parent) && isJsonObject(parent['properties']) ? parent['properties'] : {};
  const nearest = suggest(name, Object.keys(properties).slice(0, MAX_CANDIDATES));
  return nearest === undefined ? undefined : `did you mean ${brief(nearest)}?`;
}

function describeValues(values: readonly Json[], given: Json): string {
  const shown = values.slice(0, MAX_VALUES).map((value) => brief(JSON.stringify(value)));
  const rest = values.length - shown.length;
  const texts = values.filter((value) => typeof value === 'string').slice(0, MAX_CANDIDATES);
  const nearest = rest > 0 && typeof given === 'string' ? suggest(given, texts) : undefined;
  const hint = nearest === undefined ? '' : `; did you mean ${brief(JSON.stringify(nearest))}?`;
  return `must be one of ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}${hint}`;
}

function listOr(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}

function brief(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
