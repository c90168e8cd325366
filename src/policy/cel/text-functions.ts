import { isList } from './equal.ts';
import { EXHAUSTED, Failure, type Outcome } from './outcome.ts';
import type { Apply } from './function.ts';
import { toItems } from './operators.ts';
import { CONSTANT_PATTERN, COMPUTED_PATTERN, stepsToCompile, toPattern } from './pattern.ts';
import { List, type Value } from './value.ts';
import { UNKNOWN } from './variables.ts';
import { onSearch, onText } from './function.ts';

const SURROGATE = /[\ud800-\udfff]/;

/** The length in code points, as all positions in text are. */
export function lengthOf(text: string): number {
  return SURROGATE.test(text) ? Array.from(text).length : text.length;
}

/** By name, the methods of text. */
export const TEXT_METHODS: Readonly<Record<string, Apply>> = {
  startsWith: onText(['string'], (text, [start]) => text.startsWith(start as string)),
  endsWith: onText(['string'], (text, [end]) => text.endsWith(end as string)),
  contains: onSearch(['string'], (text, [part]) => text.includes(part as string)),
  lowerAscii: onText([], (text) => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())),
  upperAscii: onText([], (text) => text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase())),
  trim: onText([], (text) => text.trim()),
  indexOf: onSearch(['string', 'int?'], (text, [part, from = 0n], at) =>
    find(text, part as string, from as bigint, at, 'indexOf'),
  ),
  lastIndexOf: onSearch(['string', 'int?'], (text, [part, from], at) =>
    find(text, part as string, (from as bigint | undefined) ?? BigInt(lengthOf(text)), at, 'lastIndexOf'),
  ),
  substring: onText(['int', 'int?'], (text, [start, end], at) => {
    const units = toUnits(text);
    const last = (end as bigint | undefined) ?? BigInt(units.length);
    const first = start as bigint;
    if (first < 0n || first > last || last > units.length) {
      return new Failure(`substring(${first}, ${last}): out of range`, at);
    }
    const part = units.slice(Number(first), Number(last));
    return typeof part === 'string' ? part : part.join('');
  }),
  matches: (values, evaluation, at) => matches(values, evaluation, at, COMPUTED_PATTERN),
  split: (values, evaluation, at) => {
    const parts = split(values, evaluation, at);
    if (!(parts instanceof List)) return parts;
    evaluation.steps -= parts.items.length;
    return evaluation.steps < 0 ? EXHAUSTED : parts;
  },
};

/** `matches` with a pattern that is written in the condition. */
export const matchesConstant: Apply = (values, evaluation, at) =>
  matches(values, evaluation, at, CONSTANT_PATTERN);

const matches = (
  values: readonly Value[],
  evaluation: Parameters<Apply>[1],
  at: Parameters<Apply>[2],
  limits: typeof CONSTANT_PATTERN,
): Outcome =>
  onText(['string'], (text, [pattern]) => {
    if (limits === COMPUTED_PATTERN) evaluation.steps -= stepsToCompile(pattern as string);
    if (evaluation.steps < 0) return EXHAUSTED;
    const compiled = toPattern(pattern as string, limits);
    if ('problem' in compiled) return new Failure(compiled.problem, at);
    // What has to be looked at for each character grows with the program, at worst.
    if (!evaluation.read(text.length * (1 + compiled.size / 100))) return EXHAUSTED;
    return compiled.test(text);
  })(values, evaluation, at);

const split = onSearch(['string', 'int?'], (text, [separator, most = -1n]) => {
  if (most === 0n) return new List([]);
  const parts = separator === '' ? Array.from(text) : text.split(separator as string);
  const limit = most as bigint;
  if (limit < 0n || BigInt(parts.length) <= limit) return new List(parts);
  const first = parts.slice(0, Number(limit) - 1);
  return new List([...first, parts.slice(Number(limit) - 1).join(separator as string)]);
});

/** `list.join()` and `list.join(separator)`. */
export const join: Apply = ([list, separator = ''], evaluation, at) => {
  if (!isList(list) || typeof separator !== 'string') {
    return new Failure('join() takes a list of strings', at);
  }
  const items = toItems(list);
  let isUnknown = false;
  let length = 0;
  for (const item of items) {
    if (item === UNKNOWN) isUnknown = true;
    else if (typeof item !== 'string') return new Failure('join() takes a list of strings', at);
    else length += item.length + separator.length;
  }
  evaluation.steps -= items.length;
  if (!evaluation.read(length)) return EXHAUSTED;
  return isUnknown ? UNKNOWN : items.join(separator);
};

/** Text whose positions are code points; itself where these are its code units. */
function toUnits(text: string): string | string[] {
  return SURROGATE.test(text) ? Array.from(text) : text;
}

function find(
  text: string,
  part: string,
  from: bigint,
  at: Parameters<Apply>[2],
  name: 'indexOf' | 'lastIndexOf',
): Outcome {
  const length = BigInt(lengthOf(text));
  if (from < 0n || from > length) return new Failure(`${name}(…, ${from}): out of range`, at);
  const units = toUnits(text);
  const start = typeof units === 'string' ? Number(from) : units.slice(0, Number(from)).join('').length;
  const found = text[name](part, start);
  return BigInt(found < 0 ? -1 : lengthOf(text.slice(0, found)));
}
