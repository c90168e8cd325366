import type { JsonObject } from '../../../catalog/json.ts';

/** What the claims of one provider's tokens mean. */
export interface Preset {
  readonly subject: string;
  /** @param audiences those that the configuration accepts */
  readonly scopes: (claims: JsonObject, audiences: readonly string[]) => readonly string[];
  readonly groups: (claims: JsonObject, audiences: readonly string[]) => readonly string[];
  /** The first that is there counts. */
  readonly team: readonly string[];
  /** The first that is there counts. */
  readonly client: readonly string[];
  /** Whether a claim is another in each token of one caller, beside those for which that is known of every provider. */
  readonly isVolatile: (name: string) => boolean;
  /**
   * What follows from the claims without being one of them.
   *
   * @throws BailiwickError `UNAUTHENTICATED` with the fault `claims` where the token is none that this provider makes
   */
  readonly derive?: (claims: JsonObject) => {
    readonly groups: readonly string[];
    readonly claims: JsonObject;
  };
}
