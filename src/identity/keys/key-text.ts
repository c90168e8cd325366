import { crc32 } from 'node:zlib';

/*
 * The form of a virtual key: `bwk_`, 256 random bits as 43 digits to the base 62, and the CRC-32 of those digits as 6 more.
 * The prefix lets a scanner find it by one expression, and the checksum lets it tell a key from what merely looks like one,
 * without asking anybody.
 */

export const KEY_PREFIX = 'bwk_';
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_DIGITS = 43;
const CHECKSUM_DIGITS = 6;
const SECRET_BYTES = 32;

const FORM = new RegExp(`^${KEY_PREFIX}[0-9A-Za-z]{${SECRET_DIGITS + CHECKSUM_DIGITS}}$`);

/** A new key. It is shown once; the store keeps the SHA-256 of it. */
export function createVirtualKey(random: (size: number) => Uint8Array): string {
  const bytes = random(SECRET_BYTES);
  if (bytes.byteLength !== SECRET_BYTES) {
    throw new RangeError(`a key is made of ${SECRET_BYTES} random bytes, not ${bytes.byteLength}`);
  }
  const secret = toDigits(BigInt(`0x${Buffer.from(bytes).toString('hex')}`), SECRET_DIGITS);
  return KEY_PREFIX + secret + checksumOf(secret);
}

/**
 * What a text is by its form alone: a key of this kind, one with a digit that is wrong, or nothing of the kind. That it is a
 * key does not say that it counts.
 */
export function formOf(text: string): 'key' | 'broken-key' | 'other' {
  if (!text.startsWith(KEY_PREFIX)) return 'other';
  if (!FORM.test(text)) return 'broken-key';
  const secret = text.slice(KEY_PREFIX.length, -CHECKSUM_DIGITS);
  return text.endsWith(checksumOf(secret)) ? 'key' : 'broken-key';
}

function checksumOf(secret: string): string {
  return toDigits(BigInt(crc32(secret)), CHECKSUM_DIGITS);
}

/** Most significant digit first, with zeros before it. */
function toDigits(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = (DIGITS[Number(rest % 62n)] ?? '') + text;
  return text.padStart(length, '0');
}
