import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** An Ed25519 public key that a checkpoint can be signed for. */
export interface PublicKey {
  /** The first 16 hex digits of the SHA-256 of the SubjectPublicKeyInfo (RFC 8410) in DER. */
  readonly id: string;
  /** The SubjectPublicKeyInfo in DER, as base64: a PEM file of the public key without its first and last line. */
  readonly spki: string;
  /** Whether `signature`, in base64, is the key's own over the UTF-8 text (RFC 8032, pure Ed25519). */
  verify(text: string, signature: string): boolean;
}

/** An Ed25519 private key, with its public half. */
export interface SigningKey extends PublicKey {
  /** The signature over UTF-8 text, in base64. */
  sign(text: string): string;
}

/** @throws TypeError when the text is not a PEM file with an unencrypted Ed25519 private key (PKCS #8). */
export function parseSigningKey(pem: string): SigningKey {
  const key = parse(() => createPrivateKey(pem), 'a PEM file with an unencrypted private key (PKCS #8)');
  return {
    ...toPublicKey(createPublicKey(key)),
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), key).toString('base64'),
  };
}

/** @throws TypeError when the text holds no Ed25519 public key: neither a PEM file nor the base64 of its DER form. */
export function parsePublicKey(text: string): PublicKey {
  const key = parse(
    () =>
      text.includes('-----BEGIN')
        ? createPublicKey(text)
        : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }),
    'a public key',
  );
  return toPublicKey(key);
}

/** The library's own messages may quote what they read. */
function parse(read: () => KeyObject, what: string): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    throw new TypeError(`not ${what}`);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('not an Ed25519 key');
  return key;
}

function toPublicKey(key: KeyObject): PublicKey {
  const der = key.export({ format: 'der', type: 'spki' });
  return {
    id: createHash('sha256').update(der).digest('hex').slice(0, 16),
    spki: der.toString('base64'),
    verify: (text, signature) =>
      verify(null, Buffer.from(text, 'utf8'), key, Buffer.from(signature, 'base64')),
  };
}
