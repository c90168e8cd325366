import { BailiwickError } from '../../errors.ts';
import type { RequestFacts } from '../../identity/request-facts.ts';
import { CredentialError } from '../../identity/unauthenticated.ts';
import type { Logger } from '../../telemetry/logger.ts';

/** Tells the operator why a credential was refused, which no client is told. */
export type NoteRefusal = (error: unknown, request: Pick<RequestFacts, 'remoteAddress'>) => void;

const MINUTE_MS = 60_000;

/** What a token says of itself is in some details, and may be long. */
const MAX_DETAIL_LENGTH = 500;

/**
 * At most one line a minute for each kind of fault, however many credentials are refused: the first is told at once, the others
 * are counted, and told with the first of a later minute. That no credential was shown is for debugging: clients ask without one
 * to learn where to sign in.
 */
export function createRefusalLog({
  logger,
  now,
}: {
  readonly logger: Logger;
  readonly now: () => number;
}): NoteRefusal {
  const told = new Map<string, { at: number; untold: number }>();
  return function noteRefusal(error, { remoteAddress: ip }) {
    if (!(error instanceof BailiwickError)) return;
    const { cause, code } = error;
    if (code !== 'UNAUTHENTICATED' && code !== 'IDENTITY_UNAVAILABLE') return;
    const fault = cause instanceof CredentialError ? cause.fault : code;
    const before = told.get(fault);
    const time = now();
    if (before && time - before.at < MINUTE_MS) {
      before.untold += 1;
      return;
    }
    told.set(fault, { at: time, untold: 0 });
    const untold = before?.untold ?? 0;
    const detail = (cause instanceof Error ? cause.message : error.message).slice(0, MAX_DETAIL_LENGTH);
    const fields = { fault, ...(ip !== undefined && { ip }), ...(untold > 0 && { untold }) };
    const more = untold > 0 ? ` (and ${untold} more of this kind since the last line)` : '';
    if (code === 'IDENTITY_UNAVAILABLE') {
      logger.warn(fields, `whether a credential is good cannot be known: ${detail}${more}`);
    } else {
      const level = fault === 'missing' ? 'debug' : 'info';
      logger[level](fields, `a credential was refused: ${detail}${more}`);
    }
  };
}
