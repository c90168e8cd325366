import { hash as sha } from 'node:crypto';
import type { Principal } from '../principal.ts';
import type { Proof } from '../proof.ts';

/** Proofs of tokens by the digest of the token, and no token. The least recently used ones make room. */
export interface TokenCache<P extends Proof = Proof> {
  get(digest: Buffer): P | undefined;
  /** @param toProof makes the proof with this principal: the object that equal ones share */
  put(digest: Buffer, principal: Principal, toProof: (principal: Principal) => P): P;
  delete(digest: Buffer): void;
  /** Forgets what `isOver` says of. */
  sweep(isOver: (proof: P) => boolean): void;
  readonly size: number;
}

const MAX_TOKENS = 10_000;

/**
 * Bounded by `limit` tokens. Tokens of one caller share one principal as long as any of them is here: what is cached by principal
 * goes on when a token is renewed.
 */
export function createTokenCache<P extends Proof = Proof>(limit = MAX_TOKENS): TokenCache<P> {
  const entries = new Map<string, Entry<P>>();
  const principals = new Map<string, Shared>();
  const texts = createInterner();

  const share = (principal: Principal): Shared => {
    const key = toKey(sha('sha256', JSON.stringify(principal), 'buffer'));
    const known = principals.get(key);
    if (known) return known;
    const shared = { principal: texts.intern(principal) as Principal, key, uses: 0 };
    principals.set(key, shared);
    return shared;
  };
  const remove = (key: string, { shared }: Entry<P>): void => {
    entries.delete(key);
    shared.uses -= 1;
    if (shared.uses === 0) principals.delete(shared.key);
  };
  const makeRoom = (): void => {
    while (entries.size > limit) {
      const [oldest] = entries;
      if (oldest) remove(...oldest);
    }
  };

  return {
    get(digest) {
      const key = toKey(digest);
      const entry = entries.get(key);
      if (!entry) return undefined;
      // A map keeps the order of insertion: the first one is the one that nobody asked for the longest.
      entries.delete(key);
      entries.set(key, entry);
      return entry.proof;
    },
    put(digest, principal, toProof) {
      const key = toKey(digest);
      const shared = share(principal);
      shared.uses += 1;
      const before = entries.get(key);
      if (before) remove(key, before);
      const proof = toProof(shared.principal);
      entries.set(key, { proof, shared });
      makeRoom();
      return proof;
    },
    delete(digest) {
      const key = toKey(digest);
      const entry = entries.get(key);
      if (entry) remove(key, entry);
    },
    sweep(isOver) {
      for (const [key, entry] of entries) if (isOver(entry.proof)) remove(key, entry);
    },
    get size() {
      return entries.size;
    },
  };
}

interface Entry<P> {
  readonly proof: P;
  readonly shared: Shared;
}

interface Shared {
  readonly principal: Principal;
  readonly key: string;
  uses: number;
}

/** The bytes as a text of as many characters: half as long as hex digits. */
export function toKey(digest: Buffer): string {
  return digest.toString('latin1');
}

const MAX_TEXTS = 4096;
const MAX_TEXT_LENGTH = 256;

/** One object for equal texts, as long as they are met again and again: tokens of one issuer repeat each other. */
function createInterner(): { intern(value: unknown): unknown } {
  let recent = new Map<string, string>();
  let before = new Map<string, string>();
  const internText = (text: string): string => {
    if (text.length > MAX_TEXT_LENGTH) return text;
    const known = recent.get(text);
    if (known !== undefined) return known;
    const kept = before.get(text) ?? text;
    if (recent.size >= MAX_TEXTS) {
      before = recent;
      recent = new Map();
    }
    recent.set(kept, kept);
    return kept;
  };
  const intern = (value: unknown): unknown => {
    if (typeof value === 'string') return internText(value);
    if (Array.isArray(value)) return value.map(intern);
    if (typeof value !== 'object' || value === null) return value;
    const copy: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(value)) {
      // By assignment this one would become the prototype.
      if (name === '__proto__')
        Object.defineProperty(copy, name, { value: intern(member), enumerable: true });
      else copy[name] = intern(member);
    }
    return copy;
  };
  return { intern };
}
