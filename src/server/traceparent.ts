import type { Via } from '../audit/record.ts';

/** Version, trace id, parent id, flags; a later version may say more behind them. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/** More than any version needs. */
const MAX_LENGTH = 256;

/**
 * The trace and the span that a caller names (W3C Trace Context, section 3.2). What is not valid is as if it were absent:
 * a caller's mistake must not cost its call.
 */
export function readTraceparent(value: unknown): Pick<Via, 'trace' | 'span'> {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return {};
  const [, version, trace = '', span = '', more] = TRACEPARENT.exec(value.trim()) ?? [];
  const isVersion = version !== undefined && version !== 'ff' && (version !== '00' || more === undefined);
  return isVersion && /[1-9a-f]/.test(trace) && /[1-9a-f]/.test(span) ? { trace, span } : {};
}
