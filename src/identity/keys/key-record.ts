import { z } from 'zod';

/** A limit of a key alone. Amounts are whole numbers, of `usd` nano-USD. */
const KeyLimit = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rate'),
    calls: z.int().min(0),
    per: z.enum(['second', 'minute', 'hour', 'day']),
  }),
  z.strictObject({ kind: z.literal('concurrency'), calls: z.int().min(0) }),
  z.strictObject({
    kind: z.literal('budget'),
    unit: z.enum(['calls', 'tokens', 'usd']),
    amount: z.int().min(0),
    per: z.enum(['hour', 'day', 'month']),
  }),
]);

export type KeyLimit = z.output<typeof KeyLimit>;

/** Limits that one key can have. */
export const MAX_KEY_LIMITS = 16;

const time = z.int().min(0);
const texts = z.array(z.string().min(1)).readonly();

/** How a virtual key is stored: everything but the key. Times are milliseconds since the epoch. */
const Stored = z.object({
  version: z.literal(1),
  name: z.string(),
  principal: z.string().min(1),
  /** `config`: it speaks for that principal of `identity.principals`, as it is now. `keys`: for one that it describes itself. */
  issuer: z.enum(['config', 'keys']),
  /** Of a principal of the configuration, what it is narrowed to; absent: nothing is taken from it. */
  scopes: texts.optional(),
  groups: texts.optional(),
  team: z.string().min(1).optional(),
  client: z.string().min(1).optional(),
  claims: z.record(z.string(), z.json()).optional(),
  limits: z.array(KeyLimit).max(MAX_KEY_LIMITS).readonly(),
  /** The first of the keys that followed each other by rotation. They share what their limits have counted. */
  lineage: z.string(),
  description: z.string().optional(),
  createdAt: time,
  /** Absent: it does not expire. */
  expiresAt: time.optional(),
  rotatedFrom: z.string().optional(),
  rotatedTo: z.string().optional(),
  revokedAt: time.optional(),
});

export type KeyRecord = Readonly<z.output<typeof Stored>>;

/** What is stored for a key; `undefined` for what is none, or was written by a version that knows more of keys. */
export function toKeyRecord(value: unknown): KeyRecord | undefined {
  const read = Stored.safeParse(value);
  return read.success ? read.data : undefined;
}

export type KeyState = 'active' | 'expired' | 'revoked';

/** Revoked counts before expired. A key is expired from the very instant on that it expires at. */
export function stateOf({ revokedAt, expiresAt = Infinity }: KeyRecord, now: number): KeyState {
  if (revokedAt !== undefined) return 'revoked';
  return now >= expiresAt ? 'expired' : 'active';
}

/** True for a key that was withdrawn: revoked, or replaced by another and its grace is over. One that just expired was not. */
export function isWithdrawn(record: KeyRecord, now: number): boolean {
  const state = stateOf(record, now);
  return state === 'revoked' || (state === 'expired' && record.rotatedTo !== undefined);
}
