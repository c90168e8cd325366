import type { JsonObject } from '../catalog/json.ts';

/** Who calls. Always an argument, never ambient. */
export interface Principal {
  /** Who vouches for the subject: an issuer URL, `config` for static keys, `keys` for virtual ones, `local` for the local principal. */
  readonly issuer: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly team?: string;
  /** The program that it uses: the OAuth client's id. */
  readonly client?: string;
  /** What else is known of it, as policy may ask for it. Nothing that is another in each token of the same caller. */
  readonly claims: JsonObject;
  /** Who acts for the subject, where it does not act itself. */
  readonly act?: Actor;
  /** The credential that was shown, as a short name that cannot be turned back into it. Policy does not see it; limits count by it. */
  readonly key?: string;
}

/** One link of a delegation chain (RFC 8693, section 4.1): the nearest actor outermost. */
export interface Actor {
  readonly subject: string;
  readonly issuer?: string;
  readonly client?: string;
  readonly act?: Actor;
}
