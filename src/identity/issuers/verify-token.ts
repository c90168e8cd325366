import { compactVerify } from 'jose';
import { toPrincipal, type ClaimsContext } from '../claims/to-principal.ts';
import type { Credential } from '../credential.ts';
import type { Principal } from '../principal.ts';
import type { Trace } from '../trace.ts';
import {
  checkAudience,
  checkSubject,
  checkTimes,
  isFinding,
  toText,
  type TokenTimes,
} from './check-claims.ts';
import { readConfirmation } from './check-confirmation.ts';
import { checkAlgorithm, checkType, checkUse } from './check-header.ts';
import { quote, settle } from './finding.ts';
import type { Gate } from '../bounds/gate.ts';
import { IssuedProof, type Issuer } from './issuer.ts';
import type { SigningKey } from './key-set.ts';
import type { ParsedToken } from './parse-token.ts';
import { tooMany } from '../unavailable.ts';
import type { Proof } from '../proof.ts';

/** A token of which everything was checked that costs next to nothing. */
export interface CheckedToken {
  readonly issuer: Issuer;
  readonly parsed: ParsedToken;
  readonly times: TokenTimes;
  readonly confirmation: Proof['confirmation'];
}

/**
 * ```
 * algorithm → type → audience → time → subject → binding
 * ```
 *
 * @throws BailiwickError `UNAUTHENTICATED`
 */
export function checkCheaply(issuer: Issuer, parsed: ParsedToken, now: number, trace?: Trace): CheckedToken {
  const { settings, where, audience, algorithms } = issuer;
  const { header, claims } = parsed;
  settle(trace, 'algorithm', checkAlgorithm(header, algorithms, `${where}.algorithms`), () =>
    quote(header['alg']),
  );
  settle(trace, 'type', checkType(header) ?? checkUse(claims), () =>
    header['typ'] === undefined ? 'it does not say, which is taken' : quote(header['typ']),
  );
  settle(trace, 'audience', checkAudience(claims, audience), () => `for ${quote(claims['aud'])}`);
  const times = checkTimes(claims, { now, skewMs: settings.clockSkewSeconds * 1000 });
  if (isFinding(times)) {
    settle(trace, 'time', times, () => '');
    throw new Error('unreachable: a finding ends the way');
  }
  settle(
    trace,
    'time',
    undefined,
    () => `it counts until ${toText(times.expiresAt)}, and it is ${toText(now)}`,
  );
  settle(trace, 'subject', checkSubject(claims), () => quote(claims['sub']));
  const confirmation = readConfirmation(claims, {
    requireDpop: settings.dpop === 'require',
    where: `${where}.dpop`,
  });
  const isLoose = confirmation && isFinding(confirmation);
  settle(trace, 'binding', isLoose ? confirmation : undefined, () =>
    confirmation ? 'the token is bound to a key of the caller' : 'whoever holds the token may use it',
  );
  return { issuer, parsed, times, confirmation: isLoose ? undefined : confirmation };
}

/**
 * ```
 * key → signature → claims
 * ```
 *
 * @throws BailiwickError `UNAUTHENTICATED`, `IDENTITY_UNAVAILABLE`
 */
export async function verifyChecked(
  checked: CheckedToken,
  credential: Credential,
  world: {
    readonly signatures: Gate;
    readonly now: () => number;
    readonly groups?: ClaimsContext['groups'];
    readonly trace?: Trace | undefined;
  },
): Promise<{ principal: Principal; key: SigningKey }> {
  const { issuer, parsed } = checked;
  const { trace, now, groups } = world;
  const { alg, kid } = parsed.header as { alg: string; kid?: string };
  const wanted = { algorithm: alg, kid };
  const check = (candidate: SigningKey): Promise<boolean> => {
    const checking = world.signatures.run(() => checkSignature(credential.token, candidate, alg));
    if (!checking) throw tooMany('too many signatures wait to be checked', trace);
    return checking;
  };
  let key = await issuer.keys.find(wanted, now(), trace);
  let isGood = await check(key);
  const other = isGood ? undefined : await issuer.keys.findOther(key, wanted, now());
  if (other) {
    key = other;
    isGood = await check(other);
  }
  const detail = `the signature is not made with key ${quote(key.kid ?? 'without a name')} of the issuer, or the token was changed`;
  settle(trace, 'signature', isGood ? undefined : { fault: 'signature', detail }, () => `made with ${alg}`);
  return { principal: await toPrincipal(issuer.settings, parsed.claims, { now: now(), groups, trace }), key };
}

async function checkSignature(token: string, key: SigningKey, algorithm: string): Promise<boolean> {
  try {
    await compactVerify(token, key.key, { algorithms: [algorithm] });
    return true;
  } catch {
    // Whatever it is that jose says: without a yes it is a no.
    return false;
  }
}

/** What is kept of a token that was found good. */
export function toProof(
  checked: CheckedToken,
  verified: { readonly principal: Principal; readonly key: SigningKey },
): IssuedProof {
  const { times, confirmation, parsed, issuer } = checked;
  const { jti } = parsed.claims;
  return new IssuedProof(
    {
      principal: verified.principal,
      expiresAt: times.expiresAt,
      ...(times.issuedAt !== undefined && { issuedAt: times.issuedAt }),
      ...(typeof jti === 'string' && jti.length <= MAX_TOKEN_ID_LENGTH && { tokenId: jti }),
      ...(confirmation && { confirmation }),
    },
    issuer,
    verified.key,
  );
}

const MAX_TOKEN_ID_LENGTH = 256;
