import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AuthorizationServerMetadata, OAuthClientInformationMixed } from '@modelcontextprotocol/client';
import { isJsonObject, type Json } from '../../../catalog/json.ts';
import { BailiwickError, toBailiwickError } from '../../../errors.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import {
  createSignIns,
  keyOfSignIn,
  type SignInNews,
  type SignIns,
  type SignInStore,
  type Who,
} from './sign-ins.ts';

/** How long a person may take to sign in, in milliseconds. */
export const SIGN_IN_MS = 600_000;

/** Where a browser comes back to. */
export interface SignInPlace {
  readonly callbackUrl: string;
  /** The page that says who is about to sign in where, and leads on. Absent: the browser belongs to the principal itself. */
  readonly startUrl?: ((id: string) => string) | undefined;
  /** Nobody is waited for any more. */
  release?(): void;
}

/** A sign-in that was begun, as it is kept, sealed, until the browser comes back. */
export interface Pending {
  readonly id: string;
  readonly source: string;
  readonly url: string;
  readonly who: Who;
  readonly issuer: string;
  readonly metadata: AuthorizationServerMetadata;
  readonly resource?: string | undefined;
  readonly scope?: string | undefined;
  readonly client: OAuthClientInformationMixed;
  readonly redirectUrl: string;
  readonly verifier: string;
  /** What the start page gave the browser as a cookie. */
  readonly browser?: string | undefined;
}

/** What the start page shows. */
export interface SignInStart {
  readonly source: string;
  readonly subject: string;
  readonly authorizationUrl: string;
  readonly cookie: { readonly name: string; readonly value: string };
}

/** How a sign-in ended, for the page that the browser shows. */
export type SignInEnd =
  | { readonly ok: true; readonly source: string; readonly subject: string }
  | { readonly ok: false; readonly source?: string; readonly problem: string };

/** What the authorization server made the browser bring back (RFC 6749 §4.1.2, RFC 9207). */
export interface Callback {
  readonly parameters: URLSearchParams;
  readonly cookies: ReadonlyMap<string, string>;
}

/** A sign-in that somebody can carry out in a browser now. */
export interface Begun {
  readonly id: string;
  /** Where the person has to go. */
  readonly url: string;
  /** Who asks for the password there. */
  readonly domain: string;
}

/** Signing in to one source: authorization code with PKCE (OAuth 2.1 §4.1). */
export interface SignInSource {
  /** Begins a sign-in, or answers one that was begun a short while ago and asks for the same. */
  begin(who: Who, scope?: string): Promise<Begun>;
  /**
   * Waits until the browser has come back.
   *
   * @throws BailiwickError `SIGN_IN_REQUIRED` where it came back with nothing, or did not in time; the signal's reason.
   */
  completed(who: Who, begun: Begun, signal: AbortSignal): Promise<void>;
  /** What is done with a browser that came back. @throws BailiwickError with a text for the person. */
  finish(pending: Pending, parameters: URLSearchParams): Promise<void>;
  /** Ends a sign-in everywhere at once. Answers whether there was one, and whether the authorization server took note. */
  signOut(who: Who): Promise<'nobody' | 'signed-out' | 'revoked'>;
}

/** Where principals sign in to sources: one for all sources of a gateway, reached by the faces. */
export interface SignInDesk {
  readonly signIns: SignIns;
  readonly store: SignInStore;
  /** Says where browsers are received. Called by the face, once it knows. */
  receiveAt(open: () => Promise<SignInPlace>): void;
  /** @throws BailiwickError `SIGN_IN_REQUIRED` where no browser can be received. */
  place(source: string): Promise<SignInPlace>;
  /** URL of the client's metadata document that the HTTP face serves. */
  ownMetadataUrl(): string | undefined;
  serveMetadataAt(url: string | undefined): void;
  register(source: string, handler: SignInSource): () => void;
  /** Absent for a source that nobody signs in to. */
  source(name: string): SignInSource | undefined;
  /** Keeps a sign-in until the browser comes back, and answers where it has to go. */
  keep(state: string, pending: Pending, authorizationUrl: URL, place: SignInPlace): Promise<string>;
  start(id: string): Promise<SignInStart | undefined>;
  /** Never throws: the answer is for a person. */
  finish(callback: Callback): Promise<SignInEnd>;
  close(): Promise<void>;
}

export interface SignInDeskOptions {
  readonly store: SignInStore;
  readonly now: () => number;
  readonly logger: Logger;
}

export function createSignInDesk({ store, now, logger }: SignInDeskOptions): SignInDesk {
  const signIns = createSignIns(store, now);
  const sources = new Map<string, SignInSource>();
  let opener: (() => Promise<SignInPlace>) | undefined;
  let metadataUrl: string | undefined;

  /** Why a browser that came back is not served; the pending sign-in otherwise. */
  async function take({ parameters, cookies }: Callback): Promise<Pending | string> {
    const states = parameters.getAll('state');
    const [state = ''] = states;
    // What this is not, nobody here made.
    if (states.length !== 1 || !/^[\w-]{43}$/.test(state)) return UNKNOWN;
    const value = await store.take(keyOfPending(state), now());
    const pending = value === undefined ? undefined : toPending(value);
    if (!pending) return UNKNOWN;
    const { id, browser } = pending;
    if (browser !== undefined && !isSame(cookies.get(cookieName(id)) ?? '', browser)) {
      await fail(pending);
      return 'this browser did not begin this sign-in. Open the link that your program shows you, in one browser, and do not use one that somebody sent you';
    }
    return pending;
  }

  async function fail({ source, who, id }: Pending): Promise<void> {
    await signIns.fail({ key: keyOfSignIn(source, who), source, id });
  }

  return {
    signIns,
    store,
    receiveAt: (open) => void (opener = open),
    async place(source) {
      if (opener) return opener();
      throw new BailiwickError(
        'SIGN_IN_REQUIRED',
        `source ${source} acts for its users, and this caller has not signed in to it yet: bailiwick login ${source}`,
        { data: { source }, nothingSent: true },
      );
    },
    ownMetadataUrl: () => metadataUrl,
    serveMetadataAt: (url) => void (metadataUrl = url),
    register(source, handler) {
      sources.set(source, handler);
      return () => {
        if (sources.get(source) === handler) sources.delete(source);
      };
    },
    source: (name) => sources.get(name),
    async keep(state, pending, authorizationUrl, place) {
      const expiresAt = now() + SIGN_IN_MS;
      const { id, source, who } = pending;
      if (place.startUrl === undefined) {
        await store.put(keyOfPending(state), toJson(pending), { now: now(), expiresAt });
        return authorizationUrl.href;
      }
      const browser = randomBytes(24).toString('base64url');
      await store.put(keyOfPending(state), toJson({ ...pending, browser }), { now: now(), expiresAt });
      const start: SignInStart = {
        source,
        subject: who.subject,
        authorizationUrl: authorizationUrl.href,
        cookie: { name: cookieName(id), value: browser },
      };
      await store.put(keyOfStart(id), toJson(start), { now: now(), expiresAt });
      return place.startUrl(id);
    },
    async start(id) {
      if (!/^[\w-]{22}$/.test(id)) return undefined;
      const value = (await store.get(keyOfStart(id), now()))?.value;
      return value === undefined ? undefined : (value as unknown as SignInStart);
    },
    async finish(callback) {
      let pending: Pending | undefined;
      try {
        const taken = await take(callback);
        if (typeof taken === 'string') return { ok: false, problem: taken };
        pending = taken;
        const { source, who } = pending;
        const handler = sources.get(source);
        if (!handler) return { ok: false, source, problem: 'this source is not configured any more' };
        await handler.finish(pending, callback.parameters);
        return { ok: true, source, subject: who.subject };
      } catch (thrown) {
        const error = toBailiwickError(thrown);
        const source = pending?.source;
        logger.warn({ source, err: error }, 'a sign-in failed');
        if (pending) await fail(pending).catch(() => {});
        const problem = error.code === 'INTERNAL' ? 'something went wrong inside Bailiwick' : error.message;
        return { ok: false, problem, ...(source !== undefined && { source }) };
      }
    },
    close: () => signIns.close(),
  };
}

const UNKNOWN =
  'this sign-in is not known: it was used already, took longer than ten minutes, or began somewhere else. Call the tool again to get a new link';

/** Random, so that nobody guesses it, and as long as `take` expects it. */
export function createState(): string {
  return randomBytes(32).toString('base64url');
}

export function createSignInId(): string {
  return randomBytes(16).toString('base64url');
}

/** The state itself is in no key: who lists keys shall not be able to come back with it. */
function keyOfPending(state: string): string {
  return `oauth/pending/${createHash('sha256').update(state).digest('base64url')}`;
}

function keyOfStart(id: string): string {
  return `oauth/start/${id}`;
}

function cookieName(id: string): string {
  return `bailiwick_sign_in_${id.slice(0, 8)}`;
}

function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(hashOf(given), hashOf(expected));
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function toJson(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function toPending(value: Json): Pending | undefined {
  return isJsonObject(value) && typeof value['verifier'] === 'string' && isJsonObject(value['who'])
    ? (value as unknown as Pending)
    : undefined;
}

/** News that concern a sign-in that is waited for. */
export function isAbout(news: SignInNews | undefined, key: string): boolean {
  return news === undefined || news.key === key;
}
