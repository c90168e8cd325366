import type { Proof } from '../proof.ts';
import { covers, type Revocation } from './revocation.ts';

/** Revocations in memory, by their keys in the store, and by whom they are about. */
export interface KnownRevocations {
  keys(): ReadonlySet<string>;
  add(key: string, revocation: Revocation): void;
  remove(key: string): void;
  /** Forgets those whose time is over. */
  prune(now: number): void;
  isRevoked(proof: Proof, now: number): boolean;
}

export function createKnownRevocations(): KnownRevocations {
  const byKey = new Map<string, Revocation>();
  const keys = new Set<string>();
  const byIssuer = new Map<string, Map<string, Map<string, Revocation>>>();

  const remove = (key: string): void => {
    const revocation = byKey.get(key);
    if (!revocation) return;
    const { issuer, subject } = revocation;
    byKey.delete(key);
    keys.delete(key);
    const bySubject = byIssuer.get(issuer);
    const same = bySubject?.get(subject);
    same?.delete(key);
    if (same?.size === 0) bySubject?.delete(subject);
    if (bySubject?.size === 0) byIssuer.delete(issuer);
  };

  const isAbout = (
    { issuer, subject, client }: { issuer: string; subject: string; client: string | undefined },
    proof: Proof,
    now: number,
  ): boolean => {
    const same = byIssuer.get(issuer)?.get(subject);
    if (!same) return false;
    for (const revocation of same.values()) {
      if (now < revocation.until && covers(revocation, proof, client)) return true;
    }
    return false;
  };

  return {
    keys: () => keys,
    add(key, revocation) {
      remove(key);
      const { issuer, subject } = revocation;
      const bySubject = byIssuer.get(issuer) ?? new Map<string, Map<string, Revocation>>();
      const same = bySubject.get(subject) ?? new Map<string, Revocation>();
      byIssuer.set(issuer, bySubject.set(subject, same.set(key, revocation)));
      byKey.set(key, revocation);
      keys.add(key);
    },
    remove,
    prune(now) {
      for (const [key, { until }] of byKey) if (now >= until) remove(key);
    },
    isRevoked(proof, now) {
      if (byKey.size === 0) return false;
      const { issuer, subject, client, act } = proof.principal;
      if (isAbout({ issuer, subject, client }, proof, now)) return true;
      // The nearest actor holds the token; those behind it only say how it came to (RFC 8693, section 4.1).
      return (
        act !== undefined &&
        isAbout({ issuer: act.issuer ?? issuer, subject: act.subject, client: act.client }, proof, now)
      );
    },
  };
}
