import type { Credential } from './credentials.ts';
import { toBasic } from './security.ts';

/** What must not come back from an API that is sent this credential. */
export function secretsOf(credential: Credential): string[] {
  if ('apiKey' in credential) return [credential.apiKey];
  if ('bearer' in credential) return [credential.bearer];
  return [credential.password, toBasic(credential.username, credential.password)];
}
