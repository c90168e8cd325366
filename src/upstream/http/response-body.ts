import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';

const DECODERS: Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  br: promisify(brotliDecompress),
};

/** The body of an answer, or why there is none. */
export type ResponseBody =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'undecodable'; readonly encoding: string };

/** Reads a body to its end, or to the first byte over the limit; what follows is not read. */
export async function readBody(
  chunks: AsyncIterable<Buffer>,
  contentEncoding: string | undefined,
  limit: number,
): Promise<ResponseBody> {
  const read: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) return { kind: 'too-large' };
    read.push(chunk);
  }
  return decompress(Buffer.concat(read), contentEncoding ?? '', limit);
}

/** Undoes the codings of `Content-Encoding`, last applied first (RFC 9110 §8.4), never past the limit. */
async function decompress(bytes: Buffer, contentEncoding: string, limit: number): Promise<ResponseBody> {
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim());
  let decoded = bytes;
  if (bytes.length === 0) return { kind: 'bytes', bytes };
  for (const coding of codings.toReversed()) {
    if (coding === '' || coding === 'identity') continue;
    const decode = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined;
    if (decode === undefined) return { kind: 'undecodable', encoding: coding };
    try {
      // oxlint-disable-next-line no-await-in-loop -- each coding needs the one before
      decoded = await decode(decoded, { maxOutputLength: limit });
    } catch (error) {
      const isOverLimit =
        error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
      return isOverLimit ? { kind: 'too-large' } : { kind: 'undecodable', encoding: coding };
    }
  }
  return { kind: 'bytes', bytes: decoded };
}
