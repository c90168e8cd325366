import { hash, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { createIdentity } from '../../src/identity/identity.ts';
import { createBindingCheck } from '../../src/identity/dpop/check-binding.ts';
import type { Principal } from '../../src/identity/principal.ts';
import type { Proof } from '../../src/identity/proof.ts';
import type { RequestFacts } from '../../src/identity/request-facts.ts';
import { createProtectedResource } from '../../src/identity/resource/protected-resource.ts';
import { noRevocations } from '../../src/identity/revocations/revocations.ts';
import { IdentitySettings } from '../../src/identity/settings.ts';
import { createKey, createStaticKeyVerifier, hashKey } from '../../src/identity/static-keys.ts';
import type { TokenVerifier } from '../../src/identity/token-verifier.ts';
import type { PrincipalSettings } from '../../src/identity/principal-settings.ts';
import { CredentialError, unauthenticated } from '../../src/identity/unauthenticated.ts';
import { createSealer } from '../../src/state/sealed.ts';
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

type Keys = Pick<IdentitySettings, 'keys' | 'principals'>;

/** A verifier of these keys, whatever the schema would say of them. */
export function staticKeys(settings: { keys: object[]; principals: object }): TokenVerifier {
  const verifier = createStaticKeyVerifier();
  verifier.use({ ...IdentitySettings.parse({}), ...(settings as Keys) });
  return verifier;
}

/** Who a token is, by these keys, as if any text could be in a header. */
export function createKeyVerifier(settings: { keys: object[]; principals: object }) {
  const verifier = staticKeys(settings);
  return (token: string, now: number): Principal => {
    const digest = hash('sha256', token, 'buffer');
    const proof = verifier.verify({ scheme: 'Bearer', token, digest }, now);
    if (proof === undefined || proof instanceof Promise) throw unauthenticated('unknown-key', 'no such key');
    return proof.principal;
  };
}

/** A request from this machine. */
export const REQUEST: RequestFacts = {
  method: 'POST',
  target: '/mcp',
  authorization: undefined,
  headers: {},
  remoteAddress: '127.0.0.1',
  listenAddress: '127.0.0.1',
};

/** Identity of verifiers that answer without waiting. */
export function identityWith(verifiers: readonly TokenVerifier[], local?: Principal) {
  let time = NOW;
  const identity = createIdentity({
    verifiers,
    revocations: noRevocations(),
    binding: createBindingCheck({
      store: { put: () => Promise.resolve(true) },
      sealer: createSealer(['a secret of this test']),
      settings: () => IdentitySettings.parse({}),
      baseUrl: () => 'http://127.0.0.1:8808',
      now: () => time,
    }),
    local: () => local,
    publicUrl: () => undefined,
    resource: createProtectedResource({ serverScopes: () => [], dpopAlgorithms: [] }),
    now: () => time,
  });
  return {
    ...identity,
    identify: (request: RequestFacts): Proof => {
      const proof = identity.identify(request);
      if (proof instanceof Promise) throw new Error('expected an answer at once');
      return proof;
    },
    at(now: number) {
      time = now;
      return this;
    },
  };
}
