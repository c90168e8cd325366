import type { Trace } from '../trace.ts';
import { unauthenticated, type CredentialFault } from '../unauthenticated.ts';

/** What is wrong with a token: `detail` is a sentence for the operator that says what was found, what was wanted and what to do. */
export interface Finding {
  readonly fault: CredentialFault;
  readonly detail: string;
}

/**
 * Tells one step, and ends the way of a token with which something is wrong.
 *
 * @param found what was found where nothing is wrong; asked only where somebody wants to know
 * @throws BailiwickError `UNAUTHENTICATED`
 */
export function settle(
  trace: Trace | undefined,
  name: string,
  finding: Finding | undefined,
  found: () => string,
): void {
  if (finding) {
    trace?.({ name, ok: false, detail: finding.detail });
    throw unauthenticated(finding.fault, finding.detail);
  }
  trace?.({ name, ok: true, detail: found() });
}

const MAX_QUOTED = 200;

/** What a token says, set in quotes and cut: it may say anything. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}

/** Several texts, quoted, of which any will do. */
export function quoteAny(values: readonly string[]): string {
  return values.map(quote).join(' or ');
}
