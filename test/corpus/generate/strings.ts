import * as fc from 'fast-check';
import type { JsonObject } from '../../../src/catalog/json.ts';
import { pick, type Random } from '../../support/random.ts';

/** What values are free to hold. */
export type Alphabet = /** Letters, digits and `-`: for places where more has a meaning. */ 'plain' | 'any';

const WORDS = ['alpha', 'bravo', 'charlie', 'delta-4', 'echo', 'foxtrot', 'Golf7', 'hotel'];

/** Characters that have a meaning somewhere between an argument and the wire. */
const ODD = [
  'a b',
  'x&y=z',
  'p/q',
  'é',
  'ü ö',
  '50%',
  'a+b',
  'k:v',
  'q?r',
  '#5',
  "it's",
  'a;b',
  '日本',
  '"q"',
];

const FORMATS: Readonly<Record<string, readonly string[]>> = {
  date: ['2026-03-14', '2025-12-31'],
  'date-time': ['2026-03-14T15:09:26Z', '2025-12-31T23:59:59Z'],
  time: ['15:09:26Z'],
  duration: ['P3D'],
  email: ['ada@example.com'],
  'idn-email': ['ada@example.com'],
  hostname: ['api.example.com'],
  'idn-hostname': ['api.example.com'],
  ipv4: ['192.0.2.7'],
  ipv6: ['2001:db8::7'],
  uri: ['https://example.com/a?b=c&d=e'],
  'uri-reference': ['/a/b?c=d'],
  iri: ['https://example.com/a'],
  'iri-reference': ['/a/b'],
  'uri-template': ['/a/{b}'],
  url: ['https://example.com/a'],
  uuid: ['3f2504e0-4f89-41d3-9a0c-0305e82c3301'],
  byte: ['aGVsbG8gd29ybGQ='],
  binary: ['hello'],
  regex: ['^a+$'],
  'json-pointer': ['/a/b'],
  'relative-json-pointer': ['1/a'],
  password: ['correct-horse'],
  cidr: ['192.0.2.0/24'],
};

/** A string that the merged schema allows, as far as `format`, `pattern` and the lengths are concerned. */
export function generateString(schema: JsonObject, alphabet: Alphabet, random: Random): string {
  const { format, pattern, minLength, maxLength } = schema;
  const length = { min: Number(minLength ?? 0), max: Number(maxLength ?? Number.POSITIVE_INFINITY) };
  const known = typeof format === 'string' ? FORMATS[format] : undefined;
  if (typeof pattern === 'string') {
    const candidates = [...(known ?? []), ...WORDS, '1', '12345', 'A', 'a', '2026-03-14', 'us-east-1'];
    return matching(pattern, length, candidates, random);
  }
  if (known !== undefined) return pick(known, random) ?? '';
  const word = pick(WORDS, random) ?? '';
  const text = alphabet === 'any' && random() < 0.35 ? `${word} ${pick(ODD, random) ?? ''}` : word;
  return fit(text, length.min, length.max);
}

function fit(text: string, min: number, max: number): string {
  const characters = Array.from(text);
  if (characters.length > max)
    return characters.slice(0, max).join('').trim() || 'a'.repeat(Math.min(1, max));
  return text + 'x'.repeat(Math.max(0, Math.min(min, 100_000) - characters.length));
}

/** As JSON Schema counts: in code points. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

interface Length {
  readonly min: number;
  readonly max: number;
}

const sampled = new Map<string, readonly string[]>();

function matching(pattern: string, length: Length, candidates: readonly string[], random: Random): string {
  const expression = toExpression(pattern);
  if (expression === undefined) return pick(candidates, random) ?? '';
  const fits = (text: string): boolean =>
    expression.test(text) && lengthOf(text) >= length.min && lengthOf(text) <= length.max;
  const easy = candidates.filter(fits);
  if (easy.length > 0) return pick(easy, random) ?? '';
  const suitable = samplesOf(pattern, expression, length).filter(fits);
  return pick(suitable, random) ?? candidates[0] ?? '';
}

/** What an unanchored pattern lets surround a match makes it no better: it is left out. */
function samplesOf(pattern: string, expression: RegExp, { min, max }: Length): readonly string[] {
  const key = `${pattern} ${min} ${max}`;
  const known = sampled.get(key);
  if (known !== undefined) return known;
  let samples: readonly string[] = [];
  try {
    const whole = new RegExp(`^(?:${expression.source})$`, expression.flags);
    const arbitrary = fc.stringMatching(whole, Number.isFinite(max) ? { maxLength: max } : {});
    const drawn = fc.sample(arbitrary, { numRuns: 40, seed: 20_261_121 });
    samples = drawn
      .filter((text) => lengthOf(text) >= min)
      .toSorted((a, b) => Number(isPrintable(b)) - Number(isPrintable(a)));
    if (samples.some(isPrintable)) samples = samples.filter(isPrintable);
  } catch {
    // A pattern that the sampler does not understand: the caller sees that nothing fits.
  }
  sampled.set(key, samples);
  return samples;
}

/** True for a text of ASCII that no place on the wire would trim. */
function isPrintable(text: string): boolean {
  return /^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$/.test(text);
}

function toExpression(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    try {
      return new RegExp(pattern);
    } catch {
      return undefined;
    }
  }
}
