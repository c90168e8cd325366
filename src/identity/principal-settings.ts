import type { JsonObject } from '../catalog/json.ts';

/** What configuration says about one principal: `identity.local` and each entry of `identity.principals`. */
export interface PrincipalSettings {
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly team?: string | undefined;
  readonly client?: string | undefined;
  readonly claims: JsonObject;
}

/** One entry of `identity.keys`: a key that speaks for a configured principal. The key itself is never stored. */
export interface KeySettings {
  /** Name of an entry of `identity.principals`. */
  readonly principal: string;
  /** `sha256:<64 hex digits>`, as {@link hashKey} of `static-keys.ts` makes it. */
  readonly hash: string;
  /** From this instant on the key is refused: an RFC 3339 date (midnight UTC) or date-time with its offset. */
  readonly expires?: string | undefined;
}
