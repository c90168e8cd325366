import { digestOf } from '../catalog/canonical.ts';
import { endpointKey } from '../gateway/endpoint.ts';
import type { Principal } from '../identity/principal.ts';
import type { Client } from './caller.ts';

const keys = new WeakMap<Principal, string>();

/**
 * Equal for two principals exactly where they are one caller: the same subject of the same issuer, with the same program, and the
 * same others acting for it. What it may do is another matter: a token that was renewed, perhaps with further scopes, is shown by
 * the same caller.
 */
export function callerKey(principal: Principal): string {
  let key = keys.get(principal);
  if (key === undefined) {
    const { issuer, subject, client, act } = principal;
    key = digestOf({ issuer, subject, client, act });
    keys.set(principal, key);
  }
  return key;
}

/** Whom a session belongs to: who opened it, at the endpoint where it was opened. */
export function ownerOf({ principal, endpoint }: Pick<Client, 'principal' | 'endpoint'>): string {
  return `${callerKey(principal)} ${endpointKey(endpoint)}`;
}
