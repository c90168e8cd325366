import { toClientBasic } from '../oauth/client.ts';
import type { Credential } from './credentials.ts';
import { toBasic } from './security.ts';

/** What must not come back from an API that is sent this credential. */
export function secretsOf(credential: Credential): string[] {
  if ('apiKey' in credential) return [credential.apiKey];
  if ('bearer' in credential) return [credential.bearer];
  if ('authorization' in credential) {
    const [, value] = /^\S+ +(.+)$/.exec(credential.authorization) ?? [];
    return [credential.authorization, ...(value === undefined ? [] : [value])];
  }
  if ('clientSecret' in credential) return [credential.clientSecret, toClientBasic(credential)];
  if ('certificate' in credential) return [credential.key];
  return [credential.password, toBasic(credential.username, credential.password)];
}
