import { BailiwickError } from '../../errors.ts';

/** What was answered cannot be shown in part, and policy lets only a part be shown. The call itself was made. */
export function withheld(why: string): BailiwickError {
  return new BailiwickError(
    'RESULT_WITHHELD',
    `the call was made, and its result is withheld: policy lets only a part of it be shown, and ${why}`,
  );
}

/** A fault without what the upstream said of it, which no policy could look into. */
export function withholdFault(thrown: unknown): unknown {
  if (!(thrown instanceof BailiwickError)) return thrown;
  const { upstream } = thrown.data as { upstream?: { code?: unknown } };
  const mayQuote = upstream !== undefined || QUOTING.has(thrown.code);
  if (!mayQuote) return thrown;
  const message = 'the upstream answered with a fault; what it said is withheld by policy';
  const code = typeof upstream?.code === 'number' ? upstream.code : undefined;
  return new BailiwickError(thrown.code, message, {
    cause: thrown,
    data: code === undefined ? {} : { upstream: { code, message } },
    ...(thrown.nothingSent && { nothingSent: true }),
  });
}

/** Codes whose message may hold what the upstream answered. */
const QUOTING: ReadonlySet<string> = new Set(['UPSTREAM_REJECTED', 'UPSTREAM_PROTOCOL']);
