import { toBailiwickError } from '../errors.ts';

/**
 * What an error says to the operator, who may know what a caller may not: of a store that cannot be reached, also which it is
 * and where.
 */
export function toOperatorMessage(thrown: unknown): string {
  const { code, message, cause } = toBailiwickError(thrown);
  return code === 'STATE_UNAVAILABLE' && cause instanceof Error ? `${message}: ${cause.message}` : message;
}
