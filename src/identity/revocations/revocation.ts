import { hash as sha } from 'node:crypto';
import { z } from 'zod';
import type { Json } from '../../catalog/json.ts';
import type { Proof } from '../proof.ts';

/** Far above any real name; a value of the store holds much more. */
const MAX_TEXT = 4096;

const text = z.string().min(1).max(MAX_TEXT);
const instant = z.int().min(0);

const StoredRevocation = z.strictObject({
  issuer: text,
  subject: text,
  client: text.optional(),
  key: text.optional(),
  tokenId: text.optional(),
  before: instant,
  skewMs: z.int().min(0),
  at: instant,
  until: instant,
});

/** Whose credentials are meant: all of a subject's, or only those that agree with the rest as well. */
export interface Revoked {
  readonly issuer: string;
  readonly subject: string;
  /** The OAuth client. */
  readonly client?: string | undefined;
  /** A key by its short name. */
  readonly key?: string | undefined;
  /** The `jti` of a token. */
  readonly tokenId?: string | undefined;
}

/** What was proven by these credentials does not count any more. Instants are milliseconds since the epoch. */
export interface Revocation extends Revoked {
  /** Credentials that were made up to this instant, and those that do not say when they were made. */
  readonly before: number;
  /** How much later than `before` the clock of who made them may have been. */
  readonly skewMs: number;
  /** When it was decided. */
  readonly at: number;
  /** From then on it is forgotten. */
  readonly until: number;
}

export const REVOCATION_PREFIX = 'identity/revocation/';

/** Another value in the store for each revocation: what differs in anything is kept beside it. */
export function keyOfRevocation(revocation: Revocation): string {
  const { issuer, subject, client, key, tokenId, before, skewMs, at, until } = revocation;
  const all = [issuer, subject, client ?? null, key ?? null, tokenId ?? null, before, skewMs, at, until];
  return REVOCATION_PREFIX + sha('sha256', JSON.stringify(all), 'base64url');
}

/** As it is stored. @throws RangeError for texts that are empty or far too long */
export function toStored(revocation: Revocation): Json {
  const parsed = StoredRevocation.safeParse(revocation);
  if (!parsed.success) throw new RangeError(`not a revocation: ${z.prettifyError(parsed.error)}`);
  return { ...parsed.data } as Json;
}

/** Undefined where it is none that this version understands. */
export function readRevocation(value: Json): Revocation | undefined {
  return StoredRevocation.safeParse(value).data;
}

/**
 * Whether a proof that the subject made, or took part in, is one of those that are meant.
 *
 * @param client the client through which it did
 */
export function covers(revocation: Revocation, proof: Proof, client: string | undefined): boolean {
  const { before, skewMs, key, tokenId } = revocation;
  return (
    (proof.issuedAt === undefined || proof.issuedAt <= before + skewMs) &&
    (revocation.client === undefined || revocation.client === client) &&
    (key === undefined || key === proof.principal.key) &&
    (tokenId === undefined || tokenId === proof.tokenId)
  );
}
