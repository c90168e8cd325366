import type { JsonObject } from '../../catalog/json.ts';
import {
  checkAudience,
  checkTimes,
  isFinding,
  toText,
  type AcceptedAudience,
  type TokenTimes,
} from '../issuers/check-claims.ts';
import { readConfirmation } from '../issuers/check-confirmation.ts';
import { checkUse } from '../issuers/check-header.ts';
import { quote, settle, type Finding } from '../issuers/finding.ts';
import type { IssuerSettings } from '../issuers/settings.ts';
import type { Proof } from '../proof.ts';
import type { Trace } from '../trace.ts';
import { unauthenticated } from '../unauthenticated.ts';

/** What an issuer says of an active token, checked. */
export interface CheckedAnswer {
  readonly claims: JsonObject;
  readonly times: TokenTimes;
  readonly confirmation: Proof['confirmation'];
}

/** As long a token counts of which the issuer does not say when it ends, before it has to be shown again. */
const WITHOUT_END_MS = 3_600_000;

/**
 * As strict as with a JWT: an active token is one of this issuer, and nothing else follows from that.
 *
 * ```
 * type → issuer → audience → time → binding
 * ```
 *
 * @throws BailiwickError `UNAUTHENTICATED`
 */
export function checkAnswer(
  answer: JsonObject,
  world: {
    readonly settings: IssuerSettings;
    readonly audience: AcceptedAudience;
    readonly where: string;
    readonly now: number;
    readonly trace?: Trace | undefined;
  },
): CheckedAnswer {
  const { settings, audience, where, now, trace } = world;
  const { iss, aud, token_type: type } = answer;
  settle(trace, 'type', checkKind(answer), () =>
    type === undefined ? 'the issuer does not say, which is taken' : quote(type),
  );
  const isOther = iss !== undefined && iss !== settings.issuer;
  const other = {
    fault: 'unknown-issuer',
    detail: `the token is from ${quote(iss)}, not from the issuer that was asked`,
  } as const;
  settle(trace, 'issuer', isOther ? other : undefined, () => `the token is one of ${quote(settings.issuer)}`);
  const mayMiss = aud === undefined && settings.introspection?.allowMissingAudience === true;
  settle(trace, 'audience', mayMiss ? undefined : explain(checkAudience(answer, audience), aud, where), () =>
    mayMiss ? 'the issuer does not say for whom, which is allowed' : `for ${quote(aud)}`,
  );
  const times = checkTimes(
    { ...answer, ...(answer['exp'] === undefined && { exp: Math.floor((now + WITHOUT_END_MS) / 1000) }) },
    { now, skewMs: settings.clockSkewSeconds * 1000 },
  );
  settle(trace, 'time', isFinding(times) ? times : undefined, () =>
    isFinding(times) ? '' : `it counts until ${toText(times.expiresAt)}, and it is ${toText(now)}`,
  );
  const confirmation = readConfirmation(answer, {
    requireDpop: settings.dpop === 'require',
    where: `${where}.dpop`,
  });
  const isLoose = confirmation !== undefined && isFinding(confirmation);
  settle(trace, 'binding', isLoose ? confirmation : undefined, () =>
    confirmation ? 'the token is bound to a key of the caller' : 'whoever holds the token may use it',
  );
  if (isFinding(times) || isLoose) throw unauthenticated('claims', 'unreachable: a finding ends the way');
  return { claims: withSubject(answer), times, confirmation };
}

/** Refresh tokens and ID tokens are active too, and open nothing here. */
function checkKind(answer: JsonObject): Finding | undefined {
  const { token_type: type, aud } = answer;
  const isAccess =
    type === undefined || (typeof type === 'string' && /^(bearer|dpop|access_token)$/i.test(type));
  if (isAccess) {
    if (type !== undefined || aud !== undefined) return checkUse(answer);
    return {
      fault: 'token-type',
      detail: 'the issuer says neither what kind of token it is nor for whom: it may be a refresh token',
    };
  }
  return {
    fault: 'token-type',
    detail: `it is no access token: the issuer says ${quote(type)}`,
  };
}

function explain(
  finding: Finding | undefined,
  aud: JsonObject[string] | undefined,
  where: string,
): Finding | undefined {
  if (!finding || aud !== undefined) return finding;
  const detail = `${finding.detail}; where the issuer cannot say it, ${where}.introspection.allowMissingAudience takes such tokens`;
  return { ...finding, detail };
}

/** RFC 9068, section 2.2: a client that acts on its own is its own subject, which introspection may leave out. */
function withSubject(answer: JsonObject): JsonObject {
  const { sub, username, client_id: client } = answer;
  const isClientAlone = sub === undefined && username === undefined && client !== undefined;
  return isClientAlone ? { ...answer, sub: client } : answer;
}
