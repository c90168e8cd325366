import type { Credential } from './credentials.ts';
import { encodeStrict } from './percent-encoding.ts';
import { MASK, toBasic } from './security.ts';

/** Shorter secrets are not looked for: they would be found in ordinary words. */
const SHORTEST = 6;

/**
 * A function that masks the given credentials in text that came from an upstream: an API may echo what it was sent, in a
 * `Location`, an error page or a debugging endpoint. Finds a secret as it is, percent-encoded, form-encoded, escaped as
 * in JSON, and as HTTP basic sends it.
 */
export function createScrubber(credentials: Iterable<Credential>): (text: string) => string {
  const forms = new Set(
    [...credentials]
      .flatMap(toSecrets)
      .flatMap((secret) => [
        secret,
        encodeStrict(secret),
        encodeURIComponent(secret),
        new URLSearchParams([['', secret]]).toString().slice(1),
        JSON.stringify(secret).slice(1, -1),
        JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
      ])
      .filter((form) => form.length >= SHORTEST),
  );
  const longestFirst = [...forms].toSorted((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((clean, form) => clean.replaceAll(form, MASK), text);
}

function toSecrets(credential: Credential): string[] {
  if ('apiKey' in credential) return [credential.apiKey];
  if ('bearer' in credential) return [credential.bearer];
  return [credential.password, toBasic(credential.username, credential.password)];
}
