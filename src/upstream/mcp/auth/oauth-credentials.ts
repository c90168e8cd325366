import { randomUUID } from 'node:crypto';
import {
  computeScopeUnion,
  getSupportedElicitationModes,
  isStrictScopeSuperset,
} from '@modelcontextprotocol/client';
import { isJsonObject } from '../../../catalog/json.ts';
import { BailiwickError, toBailiwickError } from '../../../errors.ts';
import type { CallContext } from '../../upstream.ts';
import type { Challenge } from '../credentials.ts';
import { MAX_STEP_UPS, toBearer } from './client-credentials.ts';
import { orAborted } from '../../network/or-aborted.ts';
import type { GuardedServer } from './guarded-server.ts';
import type { PersonalCredentials } from './personal-credentials.ts';
import type { Renewal } from './renewal.ts';
import type { OAuthSettings } from './settings.ts';
import type { Begun, SignInSource } from './sign-in-desk.ts';
import { keyOfSignIn, type SignIn, type SignIns, type Who } from './sign-ins.ts';

export interface OAuthCredentialsOptions {
  readonly server: GuardedServer;
  readonly settings: OAuthSettings;
  readonly signIns: SignIns;
  readonly renewal: Renewal;
  readonly flow: Pick<SignInSource, 'begin' | 'completed'>;
  readonly now: () => number;
}

/** A token that is refused so soon is not replaced: the next one would fare no better. */
const YOUNG_MS = 5000;

/** After this time a principal may be asked for further scopes again, in milliseconds. */
const STEP_UPS_FORGOTTEN_MS = 600_000;

/** Each principal acts with what it signed in for. */
export function createOAuthCredentials(
  options: OAuthCredentialsOptions,
): PersonalCredentials & { close(): void } {
  const { server, settings, signIns, renewal, flow, now } = options;
  const { source } = server;
  const asking = new Map<string, Promise<void>>();
  const stepUps = new Map<string, { count: number; since: number }>();
  /** Scopes that the gateway itself was refused for want of: whoever signs in next is asked for them. */
  const wanting = new Map<string, string>();
  /** Sign-ins that were used here, by key. */
  const used = new Map<string, string>();
  const revokedListeners: ((shareKey: string) => void)[] = [];
  const signedInListeners: (() => void)[] = [];
  let lister: Who | undefined =
    settings.listAs === undefined ? undefined : { issuer: 'config', subject: settings.listAs };

  const whoOf = ({ caller }: CallContext): Who | undefined => caller?.principal ?? lister;

  const close = signIns.onNews((news) => {
    if (news === undefined) void checkAll();
    else if (news.source === source && news.what === 'signed-out') end(news.key);
    else if (news.source === source && news.what === 'signed-in') {
      if (used.get(news.key) !== news.id) end(news.key);
      for (const listener of signedInListeners) listener();
    }
  });

  function end(key: string): void {
    if (!used.delete(key)) return;
    for (const listener of revokedListeners) listener(toShareKey(key));
  }

  /** News got lost: what is not as it was may have been revoked. */
  async function checkAll(): Promise<void> {
    for (const [key, id] of used) {
      const held = await signIns.get(key, { fresh: true }).catch(() => undefined);
      if (held?.signIn.id !== id) end(key);
    }
  }

  async function find(context: CallContext, refused?: string): Promise<SignIn | undefined> {
    const who = whoOf(context);
    if (!who) return undefined;
    const key = keyOfSignIn(source, who);
    const signIn = await renewal.valid(key, context.signal, refused).catch((error: unknown) => {
      throw context.signal.aborted ? cancelled(source) : toBailiwickError(error);
    });
    if (signIn) used.set(key, signIn.id);
    return signIn;
  }

  /** One question at a time for each principal: calls that come together wait for the same sign-in. */
  async function askToSignIn(context: CallContext, scope?: string): Promise<void> {
    const { caller, signal } = context;
    if (!caller) {
      throw new BailiwickError(
        'SIGN_IN_REQUIRED',
        `source ${source}: nobody whose sign-in could be used has signed in`,
        {
          data: { source },
          nothingSent: true,
        },
      );
    }
    const key = keyOfSignIn(source, caller.principal);
    const running = asking.get(key);
    if (running === undefined) {
      const own = askOnce(context, caller.principal, scope).finally(() => asking.delete(key));
      asking.set(key, own);
      return own;
    }
    try {
      await orAborted(running, signal);
    } catch (error) {
      if (signal.aborted) throw cancelled(source);
      if (!(error instanceof BailiwickError && error.code === 'CANCELLED')) throw error;
      await askToSignIn(context, scope);
    }
  }

  async function askOnce(context: CallContext, who: Who, scope: string | undefined): Promise<void> {
    const { signal } = context;
    const begun = await flow.begin(who, scope);
    if (!context.ask || !canBeSent(context)) throw signInRequired(begun);
    const elicitationId = randomUUID();
    const params = {
      mode: 'url',
      elicitationId,
      url: begun.url,
      message: `${source} acts for you only after you have signed in. You will be sent to ${begun.domain} to do so.`,
    };
    const answer = await context.ask({ method: 'elicitation/create', params }, signal);
    if (answer['action'] !== 'accept') throw signInRequired(begun);
    try {
      await flow.completed(who, begun, signal);
    } catch (error) {
      throw signal.aborted ? cancelled(source) : error;
    }
    context.onNotification?.('notifications/elicitation/complete', { elicitationId });
  }

  function signInRequired({ url }: Begun): BailiwickError {
    return new BailiwickError(
      'SIGN_IN_REQUIRED',
      `source ${source} acts for its users, and you have not signed in to it yet. Open ${url} in a browser, sign in, and call again.`,
      { data: { source, url }, nothingSent: true },
    );
  }

  async function refusedToken(context: CallContext, token: string): Promise<boolean> {
    const who = whoOf(context);
    if (!who) return false;
    // What was signed out elsewhere in this moment may still be kept here.
    const held = (await signIns.get(keyOfSignIn(source, who), { fresh: true }))?.signIn;
    const isYoung = held?.accessToken === token && now() - held.obtainedAt < YOUNG_MS;
    if (isYoung && (await server.protection(context.signal)).issuer === held.issuer) return false;
    const next = await find(context, token);
    if (next === undefined) await askToSignIn(context);
    return true;
  }

  async function refusedScope(
    context: CallContext,
    token: string,
    wanted: string | undefined,
  ): Promise<boolean> {
    const who = whoOf(context);
    const key = who && keyOfSignIn(source, who);
    const held = key === undefined ? undefined : (await signIns.get(key))?.signIn;
    if (key === undefined || !held) return false;
    if (held.accessToken !== token) return true;
    const union = computeScopeUnion(held.scope, wanted);
    if (union === undefined || !isStrictScopeSuperset(union, held.scope) || !mayStepUp(key)) return false;
    if (!context.caller) wanting.set(key, union);
    await askToSignIn(context, union);
    return true;
  }

  function mayStepUp(key: string): boolean {
    const before = stepUps.get(key);
    const known =
      before && now() - before.since < STEP_UPS_FORGOTTEN_MS ? before : { count: 0, since: now() };
    known.count += 1;
    stepUps.set(key, known);
    return known.count <= MAX_STEP_UPS;
  }

  return {
    close,
    shareKey(context) {
      const who = whoOf(context);
      return who ? toShareKey(keyOfSignIn(source, who)) : 'nobody';
    },
    async headers(context) {
      let signIn = await find(context);
      if (signIn === undefined) {
        await askToSignIn(context);
        signIn = await find(context);
      }
      if (signIn === undefined)
        throw new BailiwickError(
          'SIGN_IN_REQUIRED',
          `source ${source}: the sign-in is over already; call again`,
          {
            data: { source },
            nothingSent: true,
          },
        );
      return { authorization: `Bearer ${signIn.accessToken}` };
    },
    async refused({ status, challenge, authorization = '' }: Challenge, context) {
      const learnt = server.learn(challenge);
      const token = toBearer(authorization);
      if (status === 401) return refusedToken(context, token);
      return learnt.error === 'insufficient_scope' && refusedScope(context, token, learnt.scope);
    },
    onRevoked: (listener) => void revokedListeners.push(listener),
    async canList(signal) {
      const candidates =
        settings.listAs === undefined ? (await signIns.list(source)).map(({ who }) => who) : [];
      for (const who of [...(lister ? [lister] : []), ...candidates]) {
        const key = keyOfSignIn(source, who);
        // One whose token cannot be renewed now may be the only one: reading the lists then says why not.
        const found = await renewal.valid(key, signal).catch(() => true);
        if (found === undefined) continue;
        lister = who;
        return true;
      }
      return false;
    },
    async signIn(context) {
      const who = whoOf(context);
      const key = who && keyOfSignIn(source, who);
      const wanted = key === undefined ? undefined : wanting.get(key);
      if (wanted === undefined && (await find(context)) !== undefined) return;
      await askToSignIn(context, wanted);
      if (key !== undefined) wanting.delete(key);
    },
    onSignedIn: (listener) => void signedInListeners.push(listener),
  };
}

/** Whether the client said that it opens URLs for its user (MCP 2025-11-25 and later, `elicitation.url`). */
function canBeSent({ clientCapabilities }: CallContext): boolean {
  const elicitation = clientCapabilities?.['elicitation'];
  return isJsonObject(elicitation) && getSupportedElicitationModes(elicitation).supportsUrlMode;
}

function toShareKey(key: string): string {
  return `oauth:${key.split('/').at(-1) ?? ''}`;
}

function cancelled(source: string): BailiwickError {
  return new BailiwickError('CANCELLED', `${source}: the call was cancelled`, { nothingSent: true });
}
