import { EmbeddingFault } from './provider.ts';

/** More than any model has. */
export const MAX_DIMENSIONS = 8192;

/**
 * What an endpoint answered, as vectors of length 1.
 *
 * @param rows a row for each text: numbers, or float32 in base64 as OpenAI writes them, little end first
 * @throws EmbeddingFault `retry` for anything else: another count, rows of different lengths, what is no number, infinite, or all zero
 */
export function toVectors(rows: unknown, count: number, dimensions?: number): Float32Array[] {
  if (!Array.isArray(rows)) throw wrong('it holds no list of vectors');
  if (rows.length !== count) throw wrong(`it holds ${rows.length} vectors for ${count} texts`);
  const vectors = rows.map(toVector);
  const length = dimensions ?? vectors[0]?.length;
  const other = vectors.find((vector) => vector.length !== length);
  if (other) throw wrong(`a vector has ${other.length} dimensions instead of ${length}`);
  return vectors;
}

/** The cosine of two vectors of length 1. */
export function cosineOf(a: Float32Array, b: Float32Array): number {
  // Four sums that do not wait for each other take half the time of one.
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const { length } = a;
  const whole = length - (length % 4);
  for (let at = 0; at < whole; at += 4) {
    first += a[at]! * b[at]!;
    second += a[at + 1]! * b[at + 1]!;
    third += a[at + 2]! * b[at + 2]!;
    fourth += a[at + 3]! * b[at + 3]!;
  }
  for (let at = whole; at < length; at++) first += a[at]! * b[at]!;
  return Math.max(-1, Math.min(1, first + second + third + fourth));
}

/** True for a vector of length 1, as far as float32 tells. */
export function isUnit(vector: Float32Array): boolean {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.abs(sum - 1) < 1e-3;
}

function toVector(row: unknown): Float32Array {
  const values = typeof row === 'string' ? fromBase64(row) : row;
  if (!Array.isArray(values) || values.length === 0) throw wrong('a vector of it is no list of numbers');
  if (values.length > MAX_DIMENSIONS) throw wrong(`a vector of it has ${values.length} dimensions`);
  let largest = 0;
  for (const value of values) {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw wrong('a vector of it holds what is no number');
    }
    largest = Math.max(largest, Math.abs(value));
  }
  if (largest === 0) throw wrong('a vector of it is all zero');
  // Divided first: squares of what a double holds may be infinite.
  let sum = 0;
  for (const value of values) sum += (value / largest) ** 2;
  const length = Math.sqrt(sum);
  return Float32Array.from(values, (value: number) => value / largest / length);
}

function fromBase64(text: string): number[] {
  const bytes = Buffer.from(text, 'base64');
  const isWhole = bytes.length % 4 === 0 && Math.ceil(bytes.length / 3) * 4 === text.length;
  if (!isWhole) throw wrong('a vector of it is not float32 in base64');
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}

function wrong(what: string): EmbeddingFault {
  return new EmbeddingFault('retry', `its answer is wrong: ${what}`);
}
