import { isDeepStrictEqual } from 'node:util';
import type { AdapterPayload } from 'oidc-provider';
import { BailiwickError } from '../../errors.ts';
import type { Json } from '../../catalog/json.ts';
import type { Store } from '../../state/store.ts';
import type { Credential } from '../credential.ts';
import { createGate } from '../bounds/gate.ts';
import { tooMany, unavailable } from '../unavailable.ts';
import { createFloodGate } from '../bounds/flood-gate.ts';
import { createRecent } from '../bounds/recent.ts';
import type { Principal } from '../principal.ts';
import type { Proof } from '../proof.ts';
import type { TokenVerifier } from '../token-verifier.ts';
import type { Trace } from '../trace.ts';
import { unauthenticated } from '../unauthenticated.ts';
import { ENDED_TOPIC } from './prefix.ts';
import { scopesOf } from './scopes.ts';
import type { AuthorizationServerSettings } from './settings.ts';
import type { KeyCheck, SignIn, SignIns, Standing } from './sign-ins.ts';
import { readKept, type ShelfWorld } from './store-adapter.ts';

/** As oidc-provider makes them: 256 bits. */
const FORM = /^[\w-]{43}$/;

/** How long a token counts after the store was last asked about it, unless it is told that its grant ended. */
const TRUSTED_MS = 30_000;

const CAPACITY = 20_000;

/** Questions to the store at one time, and tokens that wait for theirs. */
const READING = { running: 64, waiting: 1000 };

/** Tokens that were not given out here and cost a question each: this many at once, then so many a second. */
const FLOOD = { burst: 200, perSecond: 50 };
/** Nobody has a token before it is kept, so one that is not never will be. */
const STRANGE_MS = 300_000;

/** What is known of a token that this server gave out. */
interface Known {
  readonly grantId: string;
  readonly client: string;
  readonly scopes: readonly string[];
  readonly expiresAt: number;
  readonly jkt: string | undefined;
  readonly signIn: SignIn;
  confirmedAt: number;
  isOver: boolean;
  /** What it proved last, and of what that was made. */
  last?: {
    readonly standing: Standing;
    readonly settings: AuthorizationServerSettings;
    readonly proof: Proof;
  };
}

export interface IssuedTokenVerifier extends TokenVerifier {
  /** Nothing that was given out because of a grant counts from now on, in this process. */
  forgetGrant(grantId: string): void;
}

/**
 * A verifier of the access tokens that the authorization server gave out. They say nothing themselves: what they stand for is in
 * the store, which is asked again every {@link TRUSTED_MS}; that a grant ended is told to every process at once.
 *
 * What a token proves is what its sign-in proves at this moment: with a key, the principal of the key as it is configured now.
 * Of the scopes of the token those count that the person still has.
 */
export function createIssuedTokenVerifier(deps: {
  readonly world: ShelfWorld & { readonly store: Pick<Store, 'subscribe'> };
  readonly audience: () => string | undefined;
  readonly settings: () => AuthorizationServerSettings | undefined;
  readonly signIns: SignIns;
  readonly keys: KeyCheck;
  readonly onLoss: () => void;
}): IssuedTokenVerifier {
  const { world, settings, signIns, keys, onLoss } = deps;
  const known = new Map<string, Known>();
  const makers = new WeakMap<Proof, Known>();
  const strangers = createRecent<true>(CAPACITY);
  const flood = createFloodGate(FLOOD);
  const reading = createGate(READING);
  /** Grants that ended, as far as that was heard: also of tokens that are being read, or were forgotten for want of room. */
  const ended = new Set<Json>();
  let listening: Promise<() => Promise<void>> | undefined;

  const drop = (grantId: Json): void => {
    for (const [digest, token] of known) {
      if (token.grantId !== grantId) continue;
      token.isOver = true;
      known.delete(digest);
    }
    onLoss();
  };
  const forgetGrant = (grantId: Json): void => {
    ended.delete(grantId);
    ended.add(grantId);
    const [oldest] = ended;
    if (ended.size > CAPACITY && oldest !== undefined) ended.delete(oldest);
    drop(grantId);
  };
  /** Grants may have ended without a word: what is open for them has to end, and nothing counts until it was read again. */
  const lookAgain = async (): Promise<void> => {
    for (const token of known.values()) token.confirmedAt = -Infinity;
    for (const grantId of new Set(known.values().map((token) => token.grantId))) {
      // Where the store cannot say, what is open ends as well; its clients come back.
      // oxlint-disable-next-line no-await-in-loop -- one question to the store at a time
      const grant = await readKept(world, 'Grant', grantId).catch(() => undefined);
      if (!grant) drop(grantId);
    }
  };
  const listen = (): Promise<unknown> => {
    listening ??= world.store.subscribe(ENDED_TOPIC, forgetGrant, () => void lookAgain());
    listening.catch(() => (listening = undefined));
    return listening;
  };

  async function read(token: string): Promise<Known | undefined> {
    await listen();
    const kept = await readKept(world, 'AccessToken', token);
    if (!kept) return undefined;
    const { grantId, accountId, clientId, exp, aud } = kept;
    if (grantId === undefined || accountId === undefined || clientId === undefined || exp === undefined) {
      return undefined;
    }
    const [grant, signIn] = await Promise.all([readKept(world, 'Grant', grantId), signIns.find(accountId)]);
    if (!grant || !signIn) {
      throw unauthenticated('revoked', 'the sign-in that the token was given out for has ended');
    }
    const audience = deps.audience();
    if (audience !== undefined && aud !== audience) {
      throw unauthenticated(
        'audience',
        `the token was given out for ${JSON.stringify(aud)}, which is not served here`,
      );
    }
    return {
      grantId,
      client: clientId,
      scopes: kept.scope?.split(' ') ?? [],
      expiresAt: exp * 1000,
      jkt: jktOf(kept),
      signIn,
      confirmedAt: world.now(),
      isOver: false,
    };
  }

  const prove = (token: Known, standing: Standing | undefined, trace: Trace | undefined): Proof => {
    const current = settings();
    if (!standing || !current) {
      const detail =
        'who signed in then is nobody any more: the key ended, was revoked, or this way to sign in is off';
      trace?.({ name: 'own token', ok: false, detail });
      throw unauthenticated('revoked', detail);
    }
    const { last } = token;
    if (last?.standing.principal === standing.principal && last.settings === current) {
      tell(trace, token, last.proof);
      return last.proof;
    }
    const obtainable = scopesOf(current, standing.principal, token.signIn.login);
    const principal = narrow(standing.principal, token, obtainable);
    const proof: Proof = {
      principal:
        last && isDeepStrictEqual(last.proof.principal, principal) ? last.proof.principal : principal,
      kind: 'opaque-token',
      expiresAt: Math.min(token.expiresAt, standing.expiresAt),
      issuedAt: token.signIn.at,
      tokenId: token.grantId,
      ...(token.jkt !== undefined && { confirmation: { jkt: token.jkt } }),
      obtainable,
    };
    token.last = { standing, settings: current, proof };
    makers.set(proof, token);
    tell(trace, token, proof);
    return proof;
  };

  const admit = (token: Known, trace: Trace | undefined): Proof | Promise<Proof> => {
    const standing = signIns.standing(token.signIn);
    return standing instanceof Promise
      ? standing.then((late) => prove(token, late, trace))
      : prove(token, standing, trace);
  };

  async function readAndAdmit(
    digest: string,
    text: string,
    trace: Trace | undefined,
  ): Promise<Proof | undefined> {
    const before = known.get(digest);
    const token = await read(text).catch((error: unknown) => {
      if (before) before.isOver = true;
      known.delete(digest);
      if (error instanceof BailiwickError && error.code === 'UNAUTHENTICATED') throw error;
      throw unavailable('the store of tokens cannot be reached', { trace, name: 'own token', cause: error });
    });
    if (!token) {
      if (before) before.isOver = true;
      known.delete(digest);
      strangers.put(digest, true, world.now(), STRANGE_MS);
      flood.note(world.now());
      return undefined;
    }
    if (ended.has(token.grantId)) {
      throw unauthenticated('revoked', 'the sign-in that the token was given out for has just ended');
    }
    // What was proven with it before goes on.
    const same = before && !before.isOver ? Object.assign(before, { confirmedAt: token.confirmedAt }) : token;
    known.delete(digest);
    known.set(digest, same);
    const oldest = known.size > CAPACITY ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    return admit(same, trace);
  }

  return {
    name: "this server's own tokens",
    forgetGrant,
    use() {},
    verify(credential: Credential, now, trace) {
      if (!settings() || !FORM.test(credential.token)) return undefined;
      const digest = credential.digest.toString('base64url');
      const token = known.get(digest);
      if (token && now - token.confirmedAt < TRUSTED_MS) return admit(token, trace);
      if (!token && strangers.get(digest, now)) return undefined;
      const isFlood = !token && !flood.isOpen(now);
      const work = isFlood ? undefined : reading.run(() => readAndAdmit(digest, credential.token, trace));
      return work ?? refuseMany(trace);
    },
    holds(proof) {
      const token = makers.get(proof);
      if (!token || token.isOver || ended.has(token.grantId)) return false;
      const { last } = token;
      if (last?.proof.principal !== proof.principal || last.settings !== settings()) {
        return canStillProve(token, proof);
      }
      return last.standing.keyProof === undefined || keys.holds(last.standing.keyProof);
    },
    async close() {
      const stop = await listening?.catch(() => undefined);
      await stop?.();
    },
  };

  /** After settings changed: whether the same principal would come out, where that can be said without waiting. */
  function canStillProve(token: Known, proof: Proof): boolean {
    try {
      const made = admit(token, undefined);
      if (!(made instanceof Promise)) return isDeepStrictEqual(made.principal, proof.principal);
      made.catch(() => undefined);
      return false;
    } catch {
      return false;
    }
  }
}

function refuseMany(trace: Trace | undefined): never {
  throw tooMany('too many tokens are shown that may have been given out here', trace);
}

function narrow(principal: Principal, token: Known, obtainable: readonly string[]): Principal {
  const held = new Set(obtainable);
  return {
    ...principal,
    scopes: token.scopes.filter((scope) => held.has(scope)).toSorted(),
    client: token.client,
  };
}

function jktOf(payload: AdapterPayload): string | undefined {
  const jkt: unknown = (payload as { jkt?: unknown }).jkt;
  return typeof jkt === 'string' ? jkt : undefined;
}

function tell(trace: Trace | undefined, token: Known, { principal }: Proof): void {
  trace?.({
    name: 'own token',
    ok: true,
    detail: `given out here to the client ${JSON.stringify(token.client)}, for ${principal.subject}, who signed in ${token.signIn.login === 'key' ? 'with a key' : `at ${token.signIn.issuer}`} at ${new Date(token.signIn.at).toISOString()}`,
  });
}
