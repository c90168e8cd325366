import { createHash } from 'node:crypto';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/client';
import { isJsonObject, type Json } from '../../../catalog/json.ts';
import type { Principal } from '../../../identity/principal.ts';
import type { Store } from '../../../state/store.ts';

/** Who signed in: a principal, whatever its rights are at the moment. */
export type Who = Pick<Principal, 'issuer' | 'subject'>;

/** What a principal got when it signed in to a source, as it is kept, sealed. */
export interface SignIn {
  readonly source: string;
  /** The server that the tokens are for; with another URL the source is another server. */
  readonly url: string;
  readonly who: Who;
  /** Names this sign-in; a renewed token keeps it. */
  readonly id: string;
  /** The authorization server. */
  readonly issuer: string;
  readonly resource?: string | undefined;
  readonly client: OAuthClientInformationMixed;
  /** What was asked for, separated by spaces. */
  readonly scope?: string | undefined;
  readonly accessToken: string;
  readonly refreshToken?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly signedInAt: number;
  readonly obtainedAt: number;
  readonly expiresAt?: number | undefined;
  /** Until then one process is getting a new token; others wait. */
  readonly renewingUntil?: number | undefined;
}

/** What everybody is told who shares the store. */
export interface SignInNews {
  readonly key: string;
  readonly source: string;
  readonly id: string;
  /** `failed`: a sign-in that was begun came to nothing; `id` is its own. */
  readonly what: 'signed-in' | 'renewed' | 'signed-out' | 'failed';
}

/** What is needed of the store; values are sealed at rest. */
export type SignInStore = Pick<Store, 'get' | 'put' | 'take' | 'list' | 'publish' | 'subscribe'>;

export interface HeldSignIn {
  readonly signIn: SignIn;
  readonly version: number;
}

/** Sign-ins of all sources. What was read is kept until somebody says that it changed. */
export interface SignIns {
  get(key: string, how?: { readonly fresh: boolean }): Promise<HeldSignIn | undefined>;
  /** Tells those who wait that a sign-in came to nothing. */
  fail(news: Omit<SignInNews, 'what'>): Promise<void>;
  /** Stores a new sign-in in the place of an earlier one. */
  add(signIn: SignIn): Promise<void>;
  /** Stores a change. False where somebody else changed it meanwhile, or it is gone. */
  replace(held: HeldSignIn, next: SignIn): Promise<boolean>;
  /** Ends a sign-in, everywhere. With an id: that one only. The sign-in that was. */
  remove(key: string, id?: string): Promise<SignIn | undefined>;
  list(source?: string): Promise<SignIn[]>;
  /** Hears of every change, in this process and others; `undefined`: something may have been missed. Returns how to stop. */
  onNews(listener: (news: SignInNews | undefined) => void): () => void;
  close(): Promise<void>;
}

const TOPIC = 'oauth-sign-ins';
const PREFIX = 'oauth/sign-in/';

/** Where a principal's sign-in is kept. Names nobody: names of people are sealed with the rest. */
export function keyOfSignIn(source: string, { issuer, subject }: Who): string {
  const who = createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url');
  return `${PREFIX}${source}/${who}`;
}

export function createSignIns(store: SignInStore, now: () => number): SignIns {
  const kept = new Map<string, HeldSignIn>();
  const listeners = new Set<(news: SignInNews | undefined) => void>();
  let hearing: Promise<() => Promise<void>> | undefined;
  /** Counts changes: what was read before one is not kept after it. */
  let changes = 0;

  const tell = (news: SignInNews | undefined): void => {
    for (const listener of listeners) listener(news);
  };

  const forget = (key: string): void => {
    changes += 1;
    kept.delete(key);
  };

  /** Nothing is kept before changes are heard of. */
  async function hear(): Promise<void> {
    hearing ??= store.subscribe(
      TOPIC,
      (message) => {
        const news = toNews(message);
        if (!news) return;
        forget(news.key);
        tell(news);
      },
      () => {
        changes += 1;
        kept.clear();
        tell(undefined);
      },
    );
    try {
      await hearing;
    } catch (error) {
      hearing = undefined;
      throw error;
    }
  }

  async function read(key: string): Promise<HeldSignIn | undefined> {
    const stored = await store.get(key, now());
    const signIn = stored && toSignIn(stored.value);
    return signIn && { signIn, version: stored.version };
  }

  async function announce(signIn: SignIn, what: SignInNews['what']): Promise<void> {
    const { source, who, id } = signIn;
    await store.publish(TOPIC, { key: keyOfSignIn(source, who), source, id, what });
  }

  return {
    async get(key, how) {
      await hear();
      const known = how?.fresh ? undefined : kept.get(key);
      if (known) return known;
      const before = changes;
      const held = await read(key);
      if (held && before === changes) kept.set(key, held);
      return held;
    },
    fail: (news) => store.publish(TOPIC, { ...news, what: 'failed' }),
    async add(signIn) {
      await hear();
      const key = keyOfSignIn(signIn.source, signIn.who);
      await store.put(key, toJson(signIn), { now: now() });
      forget(key);
      await announce(signIn, 'signed-in');
    },
    async replace({ signIn, version }, next) {
      const key = keyOfSignIn(signIn.source, signIn.who);
      const isStored = await store.put(key, toJson(next), { now: now(), ifVersion: version });
      forget(key);
      if (isStored && next.accessToken !== signIn.accessToken) await announce(next, 'renewed');
      return isStored;
    },
    async remove(key, id) {
      const held = id === undefined ? undefined : await read(key);
      if (id !== undefined && held?.signIn.id !== id) return undefined;
      const taken = await store.take(key, now());
      forget(key);
      const signIn = taken === undefined ? undefined : toSignIn(taken);
      if (signIn) await announce(signIn, 'signed-out');
      return signIn;
    },
    async list(source) {
      // Whoever finds nothing waits for news.
      await hear();
      const found: SignIn[] = [];
      let cursor: string | undefined;
      do {
        const prefix = source === undefined ? PREFIX : `${PREFIX}${source}/`;
        const page = await store.list(prefix, { now: now(), ...(cursor !== undefined && { cursor }) });
        for (const key of page.keys) {
          const held = await read(key);
          if (held) found.push(held.signIn);
        }
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    },
    onNews(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      listeners.clear();
      const stop = await hearing?.catch(() => undefined);
      await stop?.();
    },
  };
}

function toJson(signIn: SignIn): Json {
  return JSON.parse(JSON.stringify(signIn)) as Json;
}

/** What another version of Bailiwick stored in another form is as good as absent: one signs in again. */
function toSignIn(value: Json): SignIn | undefined {
  if (!isJsonObject(value) || !isJsonObject(value['who']) || !isJsonObject(value['client'])) return undefined;
  const texts = ['source', 'url', 'id', 'issuer', 'accessToken'];
  return texts.every((name) => typeof value[name] === 'string') ? (value as unknown as SignIn) : undefined;
}

function toNews(message: Json): SignInNews | undefined {
  if (!isJsonObject(message)) return undefined;
  const { key, source, id, what } = message;
  const isNews =
    typeof key === 'string' &&
    typeof source === 'string' &&
    typeof id === 'string' &&
    (what === 'signed-in' || what === 'renewed' || what === 'signed-out' || what === 'failed');
  return isNews ? { key, source, id, what } : undefined;
}

/** The members of a sign-in that an answer with tokens decides. */
export function fromTokens(
  tokens: OAuthTokens,
  now: number,
): Pick<SignIn, 'accessToken' | 'refreshToken' | 'obtainedAt' | 'expiresAt'> {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = tokens;
  return {
    accessToken,
    refreshToken,
    obtainedAt: now,
    expiresAt: seconds === undefined ? undefined : now + Math.max(0, seconds) * 1000,
  };
}
