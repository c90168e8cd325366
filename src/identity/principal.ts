import type { JsonObject } from '../catalog/json.ts';

/** Who calls. Always an argument, never ambient. */
export interface Principal {
  /** Who vouches for the subject: an issuer URL, `config` for static keys, `local` for the local principal. */
  readonly issuer: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly team?: string;
  readonly client?: string;
  readonly claims: JsonObject;
  /** The credential that was shown, as a short name that cannot be turned back into it. Policy does not see it; limits count by it. */
  readonly key?: string;
}
