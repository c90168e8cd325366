import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Json } from '../catalog/json.ts';
import { stateUnavailable } from './unavailable.ts';

/**
 * Encrypts values before they are stored: AES-256-GCM, under keys that are derived from the configured secrets (HKDF with
 * SHA-256, RFC 5869). A sealed value opens only under the storage key, and with the expiry, that it was sealed for.
 */
export interface Sealer {
  seal(storageKey: string, value: Json, expiresAt?: number): SealedValue;
  /** @throws BailiwickError `STATE_UNAVAILABLE`, never another value, where it was not sealed here or was changed. */
  open(storageKey: string, sealed: Json): OpenedValue;
}

/** As it is stored. Bytes are base64url (RFC 4648, section 5). */
export type SealedValue = {
  /** Version of this form. */
  readonly sealed: 1;
  /** Which key: 8 bytes that are derived from it. */
  readonly key: string;
  /** 12 random bytes. */
  readonly nonce: string;
  /** The encrypted JSON, and after it 16 bytes that authenticate it. */
  readonly text: string;
  /** When the value expires, so that it can be sealed anew without being asked for. */
  readonly expiresAt?: number;
};

export interface OpenedValue {
  readonly value: Json;
  readonly expiresAt?: number;
  /** True where it was sealed with a key that is to be replaced. */
  readonly isOld: boolean;
}

interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @param secrets The first seals, all open. At least one. */
export function createSealer(secrets: readonly string[]): Sealer {
  const keys = secrets.map(deriveKey);
  const [current] = keys;
  if (!current) throw new RangeError('sealing needs a secret');

  return {
    seal(storageKey, value, expiresAt) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, current.bytes, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(boundTo(storageKey, current.id, expiresAt));
      const text = [cipher.update(JSON.stringify(value), 'utf8'), cipher.final(), cipher.getAuthTag()];
      return {
        sealed: 1,
        key: current.id,
        nonce: nonce.toString('base64url'),
        text: Buffer.concat(text).toString('base64url'),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      };
    },
    open(storageKey, sealed) {
      if (!isSealed(sealed))
        throw notOpened(storageKey, 'is not sealed, or not in a form that this version knows');
      const key = keys.find(({ id }) => id === sealed.key);
      if (!key) {
        throw notOpened(
          storageKey,
          'was sealed with a key that is not configured: put the secret back, behind the first one of `state.encryptionKeys`',
        );
      }
      const { expiresAt } = sealed;
      const value = decrypt(storageKey, sealed, key);
      return { value, isOld: key !== current, ...(expiresAt === undefined ? {} : { expiresAt }) };
    },
  };
}

function decrypt(storageKey: string, { nonce, text, expiresAt }: SealedValue, key: Key): Json {
  try {
    const bytes = Buffer.from(text, 'base64url');
    const decipher = createDecipheriv(ALGORITHM, key.bytes, Buffer.from(nonce, 'base64url'), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(boundTo(storageKey, key.id, expiresAt));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const json = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
    return JSON.parse(json.toString('utf8')) as Json;
  } catch (error) {
    throw notOpened(storageKey, 'was changed, or belongs elsewhere', error);
  }
}

function deriveKey(secret: string): Key {
  const derive = (purpose: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, '', `bailiwick state ${purpose} 1`, bytes));
  return { id: derive('key id', 8).toString('base64url'), bytes: derive('encryption', 32) };
}

/** What is authenticated beside the text: a value cannot be moved, nor kept beyond its time. */
function boundTo(storageKey: string, id: string, expiresAt: number | undefined): Buffer {
  return Buffer.from(JSON.stringify([1, id, storageKey, expiresAt ?? null]), 'utf8');
}

function isSealed(value: Json): value is SealedValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { sealed, key, nonce, text, expiresAt } = value;
  return (
    sealed === 1 &&
    typeof key === 'string' &&
    typeof nonce === 'string' &&
    typeof text === 'string' &&
    (expiresAt === undefined || typeof expiresAt === 'number')
  );
}

function notOpened(storageKey: string, why: string, cause?: unknown): Error {
  return stateUnavailable(`a value in the state ${why}`, new Error(`stored as ${storageKey}`, { cause }));
}
