import { isDeepStrictEqual } from 'node:util';
import { BailiwickError, messageOf } from '../../errors.ts';
import { toPrincipal, type ClaimsContext } from '../claims/to-principal.ts';
import type { Credential } from '../credential.ts';
import { quote } from '../issuers/finding.ts';
import { createGate } from '../bounds/gate.ts';
import { createFloodGate, type FloodGate } from '../bounds/flood-gate.ts';
import { createRecent } from '../bounds/recent.ts';
import { createTokenCache, toKey } from '../issuers/token-cache.ts';
import { tooMany, unavailable } from '../unavailable.ts';
import type { Proof } from '../proof.ts';
import type { TokenVerifier } from '../token-verifier.ts';
import type { Trace } from '../trace.ts';
import { unauthenticated } from '../unauthenticated.ts';
import { checkAnswer, type CheckedAnswer } from './check-answer.ts';
import { IntrospectedProof } from './introspected-proof.ts';
import { UselessAnswer } from './introspector.ts';
import { createIntrospectionSources, type IntrospectionSource } from './sources.ts';

export interface IntrospectionVerifierOptions {
  /** What tokens have to be for where configuration does not say. */
  readonly resource: () => string | undefined;
  readonly now: () => number;
  /** Calls that proofs which held may not hold any more. */
  readonly onLoss: () => void;
  readonly groups?: ClaimsContext['groups'];
  /** For one exchange with an issuer. */
  readonly timeoutMs?: number;
}

/** Questions to issuers that run at a time, and tokens that wait for theirs. */
const RUNNING = 16;
const WAITING = 200;
/** Questions about tokens that are none: this many at once, then so many a second. */
const FLOOD = { burst: 500, perSecond: 50 };
/** Refusals that are remembered. */
const MOST_REFUSED = 2000;
const MAX_TOKEN_ID_LENGTH = 256;

/**
 * A verifier of opaque access tokens: asks the issuers about them (RFC 7662).
 *
 * ```
 * cache → one issuer after another, until one says that it is active → what is checked of a JWT → claims → cache
 * ```
 *
 * An issuer whose `tokenPrefix` fits is asked alone. Never asked about: keys of Bailiwick itself, which nobody else is to see.
 */
export function createIntrospectionVerifier(options: IntrospectionVerifierOptions): TokenVerifier {
  const { now, onLoss, resource } = options;
  const sources = createIntrospectionSources(options.timeoutMs);
  const tokens = createTokenCache<IntrospectedProof>();
  const refused = createRecent<BailiwickError>(MOST_REFUSED);
  const inFlight = new Map<string, Promise<Proof>>();
  const gate = createGate({ running: RUNNING, waiting: WAITING });
  const flood = createFloodGate(FLOOD);

  const keep = (
    digest: Buffer,
    source: IntrospectionSource,
    checked: CheckedAnswer,
    principal: Proof['principal'],
  ): Proof => {
    const { times, confirmation, claims } = checked;
    const before = tokens.get(digest);
    const isSame = before?.stands() === true && isDeepStrictEqual(before.principal, principal);
    // Whom the token named before is another one, though it may have the same name.
    if (before && !isSame) lose(digest, before);
    const { jti } = claims;
    const freshUntil = Math.min(times.expiresAt, now() + source.introspection.cacheSeconds * 1000);
    const standing = isSame ? before.standing : { isLost: false };
    return tokens.put(
      digest,
      principal,
      (shared) =>
        new IntrospectedProof(
          {
            principal: shared,
            expiresAt: times.expiresAt,
            ...(times.issuedAt !== undefined && { issuedAt: times.issuedAt }),
            ...(typeof jti === 'string' && jti.length <= MAX_TOKEN_ID_LENGTH && { tokenId: jti }),
            ...(confirmation && { confirmation }),
          },
          { freshUntil, standing, source },
        ),
    );
  };

  const lose = (digest: Buffer, { standing }: IntrospectedProof): void => {
    standing.isLost = true;
    tokens.delete(digest);
    onLoss();
  };

  const examine = async (
    { token, digest }: Credential,
    asked: readonly IntrospectionSource[],
    trace: Trace | undefined,
  ): Promise<Proof> => {
    const found = await findActive(token, asked, { now, flood, trace });
    const before = tokens.get(digest);
    try {
      if (!found) {
        flood.note(now());
        throw unauthenticated('inactive', `no issuer says that the token is active: ${namesOf(asked)}`);
      }
      const { source, answer } = found;
      const { settings, where } = source;
      const values = settings.audience ?? [resource() ?? []].flat();
      const audience = { values, where: `${where}.audience` };
      const checked = checkAnswer(answer, { settings, audience, where, now: now(), trace });
      const { groups } = options;
      const principal = await toPrincipal(settings, checked.claims, { now: now(), groups, trace });
      if (source.isInForce) return keep(digest, source, checked, principal);
    } catch (error) {
      if (error instanceof BailiwickError && error.code === 'UNAUTHENTICATED') {
        if (before) lose(digest, before);
        refused.put(toKey(digest), error, now(), shortestCache(asked));
      }
      throw error;
    }
    throw unavailable('the configuration changed while the token was checked', {
      trace,
      name: 'introspection',
    });
  };

  const examineOnce = (credential: Credential, asked: readonly IntrospectionSource[]): Promise<Proof> => {
    const key = toKey(credential.digest);
    const same = inFlight.get(key);
    if (same) return same;
    if (!flood.isOpen(now()) && !tokens.get(credential.digest)) {
      throw tooMany('too many tokens are shown that no issuer knows; new ones are refused for some seconds');
    }
    const work = gate.run(() => examine(credential, asked, undefined));
    if (!work) throw tooMany('too many tokens wait for an answer of their issuer');
    const settled = work.finally(() => inFlight.delete(key));
    inFlight.set(key, settled);
    return settled;
  };

  return {
    name: 'introspection',
    use({ issuers }) {
      sources.use(issuers);
      tokens.sweep((proof) => !proof.stands());
      refused.clear();
    },
    verify(credential, at, trace) {
      const asked = sources.for(credential.token);
      if (asked.length === 0) return undefined;
      if (trace) return examine(credential, asked, trace);
      const known = tokens.get(credential.digest);
      if (known?.isFresh(at)) return known;
      const refusal = refused.get(toKey(credential.digest), at);
      if (refusal) throw refusal;
      return examineOnce(credential, asked);
    },
    holds: (proof) => proof instanceof IntrospectedProof && proof.stands(),
    close: () => sources.close(),
  };
}

/**
 * @returns nothing where all say that the token is not active
 * @throws BailiwickError `IDENTITY_UNAVAILABLE` where none says that it is, and one does not answer
 */
async function findActive(
  token: string,
  asked: readonly IntrospectionSource[],
  {
    now,
    flood,
    trace,
  }: { readonly now: () => number; readonly flood: FloodGate; readonly trace: Trace | undefined },
) {
  const failures: string[] = [];
  for (const source of asked) {
    const name = quote(source.settings.issuer);
    try {
      const answer = await source.introspector.ask(token, now());
      const detail = `${name} says that it is ${answer ? 'active' : 'not active, or none of its tokens'}`;
      trace?.({ name: 'introspection', ok: answer !== undefined, detail });
      if (answer) return { source, answer };
    } catch (error) {
      if (error instanceof UselessAnswer) flood.note(now());
      const detail = `${name} does not tell: ${messageOf(error)}`;
      trace?.({ name: 'introspection', ok: false, detail });
      failures.push(detail);
    }
  }
  if (failures.length > 0) throw unavailable(failures.join('; '));
  return undefined;
}

/** An answer that is no good is believed as long as a good one, and no longer than some seconds. */
function shortestCache(asked: readonly IntrospectionSource[]): number {
  return 1000 * Math.min(10, ...asked.map(({ introspection }) => introspection.cacheSeconds));
}

function namesOf(asked: readonly IntrospectionSource[]): string {
  return asked.map(({ settings }) => settings.issuer).join(', ');
}
