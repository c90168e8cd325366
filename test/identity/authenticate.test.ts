import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { challenge } from '../../src/identity/challenge.ts';
import { MAX_AUTHORIZATION_LENGTH } from '../../src/identity/credential.ts';
import { localPrincipal } from '../../src/identity/local.ts';
import type { Principal } from '../../src/identity/principal.ts';
import {
  AGENT,
  causeOf,
  errorOf,
  everythingPrintable,
  identityWith,
  newKey,
  REQUEST,
  staticKeys,
} from './fixtures.ts';
import { startCpuTime } from '../support/cpu-time.ts';

const { key, hash } = newKey();
const keys = staticKeys({ keys: [{ principal: 'agent', hash }], principals: { agent: AGENT } });
const local = localPrincipal({ scopes: ['all'], groups: [], claims: {} });

const authenticate = ({
  authorization,
  local: here,
}: {
  authorization: string | undefined;
  local: Principal | undefined;
}) => identityWith([keys], here).identify({ ...REQUEST, authorization }).principal;

const refusal = (authorization: string | undefined) =>
  errorOf(() => authenticate({ authorization, local: undefined }));

const BAD = [
  ['an unknown key', `Bearer ${newKey().key}`, 'unknown-key'],
  ['an empty header', '', 'other-scheme'],
  ['the scheme alone', 'Bearer', 'malformed'],
  ['the scheme and a space', 'Bearer ', 'malformed'],
  ['two tokens', `Bearer ${key} ${key}`, 'malformed'],
  ['two tokens with a comma', `Bearer ${key},${key}`, 'malformed'],
  ['two credentials joined as a proxy joins headers', `Bearer ${key}, Bearer ${key}`, 'malformed'],
  ['a quoted token', `Bearer "${key}"`, 'malformed'],
  ['a tab after the scheme', `Bearer\t${key}`, 'malformed'],
  ['a trailing newline', `Bearer ${key}\n`, 'malformed'],
  ['a leading space', ` Bearer ${key}`, 'other-scheme'],
  ['no scheme', key, 'other-scheme'],
  ['no space after the scheme', `Bearer${key}`, 'other-scheme'],
  ['Basic', `Basic ${Buffer.from(`agent:${key}`).toString('base64')}`, 'other-scheme'],
  ['Basic with the right key', `Basic ${key}`, 'other-scheme'],
  ['a key after DPoP', `DPoP ${key}`, 'binding'],
  ['a header over the limit', `Bearer ${'A'.repeat(MAX_AUTHORIZATION_LENGTH)}`, 'oversized'],
] as const;

describe('who calls', () => {
  test.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('a good key after "%s" is its principal', (scheme) => {
    const principal = authenticate({ authorization: `${scheme} ${key}`, local });
    expect(principal.subject).toBe('agent');
  });

  test('several spaces after the scheme are one separator', () => {
    expect(authenticate({ authorization: `Bearer   ${key}`, local }).subject).toBe('agent');
  });

  test('without a credential it is the local principal where that is available', () => {
    expect(authenticate({ authorization: undefined, local })).toBe(local);
  });

  test('without a credential and without a local principal it is nobody', () => {
    const error = errorOf(() => authenticate({ authorization: undefined, local: undefined }));
    expect(error.code).toBe('UNAUTHENTICATED');
    expect(causeOf(error).fault).toBe('missing');
  });

  test.each(BAD)(
    'a bad credential is refused even where local is available: %s',
    (_, authorization, fault) => {
      const error = errorOf(() => authenticate({ authorization, local }));
      expect(error.code).toBe('UNAUTHENTICATED');
      expect(causeOf(error).fault).toBe(fault);
    },
  );

  test('every refusal has the same message, a missing credential included', () => {
    const messages = [undefined, ...BAD.map(([, authorization]) => authorization)].map(
      (authorization) => errorOf(() => authenticate({ authorization, local: undefined })).message,
    );
    expect(new Set(messages).size).toBe(1);
  });

  test('no refusal carries the credential, not even in its cause', () => {
    for (const [, authorization] of BAD) {
      const text = everythingPrintable(errorOf(() => authenticate({ authorization, local })));
      expect(text).not.toContain(key.slice(3));
    }
  });

  test('no text but the key itself after Bearer is accepted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (before, after) => {
        fc.pre(before !== '' || after !== '');
        const authorization = `Bearer ${before}${key}${after}`;
        fc.pre(!/^Bearer +bw_[\w-]{43}$/.test(authorization));
        expect(errorOf(() => authenticate({ authorization, local })).code).toBe('UNAUTHENTICATED');
      }),
    );
  });

  test('a header of the greatest size is judged without backtracking', () => {
    const authorization = `Bearer ${'='.repeat(MAX_AUTHORIZATION_LENGTH - 8)}!`;
    const cpuTime = startCpuTime();
    for (let round = 0; round < 100; round += 1) {
      errorOf(() => authenticate({ authorization, local }));
    }
    expect(cpuTime()).toBeLessThan(2000);
  });
});

describe('the challenge', () => {
  test('to a request without a credential carries no error code (RFC 6750, section 3.1)', () => {
    expect(challenge(refusal(undefined))).toBe('Bearer realm="bailiwick"');
  });

  test('to a bad credential is the same for every cause', () => {
    const challenges = BAD.map(([, authorization]) => challenge(refusal(authorization)));
    expect(new Set(challenges)).toEqual(
      new Set([
        'Bearer realm="bailiwick", error="invalid_token", error_description="the credential is not valid"',
      ]),
    );
  });

  test('names the resource metadata where there is some', () => {
    const resourceMetadata = 'https://gw.example/.well-known/oauth-protected-resource/mcp';
    expect(challenge(refusal(undefined), { resourceMetadata })).toBe(
      `Bearer realm="bailiwick", resource_metadata="${resourceMetadata}"`,
    );
  });

  test('is one well-formed header line whatever the URL holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (resourceMetadata) => {
        const value = challenge(refusal(undefined), { resourceMetadata });
        expect(value).toMatch(/^Bearer realm="bailiwick", resource_metadata="([ !#-[\]-~]|\\["\\])*"$/);
      }),
    );
  });
});
