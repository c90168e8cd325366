import { createHash } from 'node:crypto';
import { MAX_DIMENSIONS } from './vectors.ts';

/** What a file of vectors holds: those of one space. */
export interface VectorFile {
  readonly reported: string | undefined;
  readonly dimensions: number;
  /** By the names of texts in this space, the one that was used longest ago first. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

/*
 * The form: `BWKVEC01`; the number of dimensions, of vectors, and of bytes of the model's name, 32 bits each; the name, filled up to
 * four bytes; for each vector the 32 bytes of its key and its float32; SHA-256 of all before. Little end first.
 */
const MAGIC = 'BWKVEC01';
const HEAD_BYTES = 20;
const KEY_BYTES = 32;
const SUM_BYTES = 32;
const MAX_MODEL_BYTES = 4096;

/** @param parts as they are to be written, one after the other */
export function encodeVectors({ reported = '', dimensions, vectors }: VectorFile): Uint8Array[] {
  const model = Buffer.from(reported);
  const head = Buffer.alloc(HEAD_BYTES + toFour(model.length));
  head.write(MAGIC, 'latin1');
  head.writeUInt32LE(dimensions, 8);
  head.writeUInt32LE(vectors.size, 12);
  head.writeUInt32LE(model.length, 16);
  model.copy(head, HEAD_BYTES);
  const rowBytes = KEY_BYTES + dimensions * 4;
  const rows = Buffer.alloc(vectors.size * rowBytes);
  let at = 0;
  for (const [key, vector] of vectors) {
    rows.write(key, at, 'hex');
    for (let index = 0; index < dimensions; index++) {
      rows.writeFloatLE(vector[index] ?? 0, at + KEY_BYTES + index * 4);
    }
    at += rowBytes;
  }
  return [head, rows, createHash('sha256').update(head).update(rows).digest()];
}

/** The vectors of a file; undefined for one that is not whole, or none at all. The bytes are not copied. */
export async function decodeVectors(file: Uint8Array): Promise<VectorFile | undefined> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < HEAD_BYTES + SUM_BYTES || bytes.toString('latin1', 0, 8) !== MAGIC) return undefined;
  const dimensions = bytes.readUInt32LE(8);
  const count = bytes.readUInt32LE(12);
  const modelBytes = bytes.readUInt32LE(16);
  if (dimensions === 0 || dimensions > MAX_DIMENSIONS || modelBytes > MAX_MODEL_BYTES) return undefined;
  const rowBytes = KEY_BYTES + dimensions * 4;
  const start = HEAD_BYTES + toFour(modelBytes);
  const end = start + count * rowBytes;
  if (bytes.length !== end + SUM_BYTES) return undefined;
  const content = bytes.subarray(0, end);
  // Beside the event loop: a file may be large.
  const sum = await crypto.subtle.digest('SHA-256', content);
  if (!Buffer.from(sum).equals(bytes.subarray(end))) return undefined;
  const reported = bytes.toString('utf8', HEAD_BYTES, HEAD_BYTES + modelBytes);
  const vectors = new Map<string, Float32Array>();
  for (let at = start; at < end; at += rowBytes) {
    const key = bytes.toString('hex', at, at + KEY_BYTES);
    vectors.set(key, readVector(bytes, at + KEY_BYTES, dimensions));
  }
  return { reported: reported === '' ? undefined : reported, dimensions, vectors };
}

function readVector(bytes: Buffer, at: number, dimensions: number): Float32Array {
  const offset = bytes.byteOffset + at;
  if (IS_LITTLE_END_FIRST && offset % 4 === 0) return new Float32Array(bytes.buffer, offset, dimensions);
  return Float32Array.from({ length: dimensions }, (_, index) => bytes.readFloatLE(at + index * 4));
}

const IS_LITTLE_END_FIRST = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function toFour(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
