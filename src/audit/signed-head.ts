import { toCanonicalJson } from '../catalog/canonical.ts';
import { isJsonObject } from '../catalog/json.ts';
import { parsePublicKey } from './signing-key.ts';
import type { PublicKey, SigningKey } from './signing-key.ts';

/** A record of a chain, named so that it can be found again: its hash stands for it and for all before it. */
export interface NamedHead {
  readonly chain: string;
  /** 0: the chain's beginning, before its first record. */
  readonly seq: number;
  readonly hash: string;
}

/** What is signed. `time` is the record's own. */
export interface DatedHead extends NamedHead {
  readonly time: string;
}

/** A head that vouches for a chain wherever it is kept. */
export interface SignedHead extends DatedHead {
  /** Id of the key. */
  readonly key: string;
  /** Ed25519, over the RFC 8785 form of `{ chain, hash, seq, time }`; base64. */
  readonly signature: string;
  /** SubjectPublicKeyInfo in DER, base64. */
  readonly publicKey: string;
}

export function signHead(key: SigningKey, head: DatedHead): SignedHead {
  const { chain, seq, hash, time } = head;
  return {
    chain,
    seq,
    hash,
    time,
    key: key.id,
    signature: key.sign(toSignedText(head)),
    publicKey: key.spki,
  };
}

/** The signer of a head, or in words what is wrong with its signature. Whether the signer is trusted is another question. */
export function checkSignature(head: SignedHead, keys?: Map<string, PublicKey>): PublicKey | string {
  let key = keys?.get(head.publicKey);
  if (key === undefined) {
    try {
      key = parsePublicKey(head.publicKey);
    } catch {
      return 'its public key is none';
    }
    keys?.set(head.publicKey, key);
  }
  if (key.id !== head.key) return `it names the key ${head.key}, but its public key is ${key.id}`;
  return key.verify(toSignedText(head), head.signature)
    ? key
    : `its signature is not the key ${key.id}'s over this head`;
}

/** A head as it was read from somewhere else, if it is one. */
export function toSignedHead(value: unknown): SignedHead | undefined {
  if (!isJsonObject(value)) return undefined;
  const { chain, seq, hash, time, key, signature, publicKey } = value;
  if (typeof chain !== 'string' || typeof hash !== 'string' || typeof time !== 'string') return undefined;
  if (typeof key !== 'string' || typeof signature !== 'string' || typeof publicKey !== 'string')
    return undefined;
  if (!isPosition(seq) || !isHash(hash)) return undefined;
  return { chain, seq, hash, time, key, signature, publicKey };
}

/** `sha256:` and 64 hex digits. */
export function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value);
}

/** The place of a record, or 0. */
export function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function toSignedText({ chain, seq, hash, time }: DatedHead): string {
  return toCanonicalJson({ chain, seq, hash, time });
}
