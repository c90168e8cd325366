import { createAttemptLimit, type AttemptLimit } from './attempt-limit.ts';

/** What people and programs that nobody knows yet may cost in a minute. */
export interface Limits {
  /** Browsers that begin to sign in, by address. Each is kept for a quarter of an hour. */
  readonly starts: AttemptLimit;
  /** Keys that were none, by the sign-in in which they were tried: who tries many keeps nobody else out. */
  readonly keys: AttemptLimit;
  /** Programs that register themselves, by address. */
  readonly registrations: AttemptLimit;
  /** Documents and keys of programs that are fetched, by host: this server is no way to flood another. */
  readonly documents: AttemptLimit;
}

export function createLimits(now: () => number): Limits {
  return {
    starts: createAttemptLimit(now, { each: 300, all: 600 }),
    keys: createAttemptLimit(now, { each: 20, all: Infinity }),
    registrations: createAttemptLimit(now, { each: 20, all: 100 }),
    documents: createAttemptLimit(now, { each: 300, all: 1200 }),
  };
}
