import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { createKey, hashKey } from '../../src/identity/static-keys.ts';
import type { PrincipalSettings } from '../../src/identity/principal-settings.ts';
import { CredentialError } from '../../src/identity/unauthenticated.ts';
import { BailiwickError } from '../../src/errors.ts';

export const AGENT: PrincipalSettings = {
  scopes: ['helpdesk:read'],
  groups: ['support'],
  team: 'care',
  claims: { region: 'eu' },
};

export const NOW = Date.parse('2026-11-20T12:00:00Z');

export function newKey(): { key: string; hash: string } {
  const key = createKey(randomBytes(32));
  return { key, hash: hashKey(key) };
}

/** The error that `action` throws; a test that expects one fails where there is none. */
export function errorOf(action: () => unknown): BailiwickError {
  try {
    action();
  } catch (error) {
    if (error instanceof BailiwickError) return error;
    throw error;
  }
  throw new Error('expected a BailiwickError, nothing was thrown');
}

/** The operator's half of a refused credential. */
export function causeOf(error: BailiwickError): CredentialError {
  if (error.cause instanceof CredentialError) return error.cause;
  throw new Error('expected a CredentialError as the cause');
}

/** Everything that anybody could print of an error: message, data, stack, and the same of its causes. */
export function everythingPrintable(error: Error): string {
  return inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
}
