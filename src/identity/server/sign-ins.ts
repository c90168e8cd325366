import { randomBytes } from 'node:crypto';
import type { Json } from '../../catalog/json.ts';
import { readCredential } from '../credential.ts';
import type { Principal } from '../principal.ts';
import type { Proof } from '../proof.ts';
import { faultOf } from '../unauthenticated.ts';
import type { AuthorizationServerSettings } from './settings.ts';
import { keyOf, type ShelfWorld } from './store-adapter.ts';

/** Somebody signed in, for one client. Kept sealed. Instants are milliseconds since the epoch. */
export type SignIn = {
  readonly at: number;
} & (
  | { readonly login: 'key'; readonly key: string }
  | { readonly login: 'provider'; readonly issuer: string; readonly principal: Principal }
);

/** How keys of this server are looked at. */
export interface KeyCheck {
  /** @throws BailiwickError `UNAUTHENTICATED` for what is no key that counts; `IDENTITY_UNAVAILABLE` */
  verify(key: string): Proof | Promise<Proof>;
  /** False once a proof that {@link KeyCheck.verify} made is over, as far as is known without waiting. */
  holds(proof: Proof): boolean;
}

/** Who a sign-in speaks for now, and until when. */
export interface Standing {
  readonly principal: Principal;
  readonly expiresAt: number;
  /** What the key proved, where it was one. */
  readonly keyProof?: Proof;
}

export interface SignIns {
  /** Keeps a sign-in. @returns its id */
  keep(signIn: SignIn, days: number): Promise<string>;
  find(id: string): Promise<SignIn | undefined>;
  /** Without waiting where that can be known. Undefined: nobody any more. @throws BailiwickError `IDENTITY_UNAVAILABLE` */
  standing(signIn: SignIn): Standing | undefined | Promise<Standing | undefined>;
}

const DAY_MS = 86_400_000;
const MODEL = 'sign-in';

export function createSignIns(deps: {
  readonly world: ShelfWorld;
  readonly keys: KeyCheck;
  readonly isRevoked: (proof: Proof) => boolean;
  readonly settings: () => AuthorizationServerSettings | undefined;
}): SignIns {
  const { world, keys, isRevoked, settings } = deps;

  const byKey = (key: string): Standing | undefined | Promise<Standing | undefined> => {
    try {
      const proof = keys.verify(key);
      return proof instanceof Promise ? proof.then(ofKey, nobody) : ofKey(proof);
    } catch (error) {
      return nobody(error);
    }
  };

  return {
    async keep(signIn, days) {
      const id = randomBytes(24).toString('base64url');
      const now = world.now();
      await world.sealed.put(keyOf(MODEL, id), signIn as unknown as Json, {
        now,
        expiresAt: now + days * DAY_MS,
      });
      return id;
    },
    async find(id) {
      const stored = await world.sealed.get(keyOf(MODEL, id), world.now());
      return stored?.value as SignIn | undefined;
    },
    standing(signIn) {
      const login = settings()?.login;
      if (signIn.login === 'key') return login?.keys ? byKey(signIn.key) : undefined;
      if (login?.provider?.issuer !== signIn.issuer) return undefined;
      const { principal, at } = signIn;
      const proof: Proof = { principal, kind: 'opaque-token', expiresAt: Infinity, issuedAt: at };
      return isRevoked(proof) ? undefined : { principal, expiresAt: Infinity };
    },
  };
}

function ofKey(proof: Proof): Standing {
  return { principal: proof.principal, expiresAt: proof.expiresAt, keyProof: proof };
}

/** A key that does not count is nobody's; that this cannot be known is another matter. */
function nobody(error: unknown): undefined {
  if (faultOf(error) === undefined) throw error;
  return undefined;
}

/** What somebody typed as a key, or nothing where it has not even the form of one. */
export function readKey(typed: unknown): string | undefined {
  if (typeof typed !== 'string') return undefined;
  try {
    return readCredential(`Bearer ${typed.trim()}`).token;
  } catch {
    return undefined;
  }
}
