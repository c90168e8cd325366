import type { JsonObject } from './json.ts';

/** Member of an entry of `tools/list` by which the runner of local tools says that a file is no tool: `{ file, reason }`. */
export const FAILED_FILE_KEY = 'bailiwick/failed-file';

/** Key in `_meta` of a call of a local tool: who calls. Put there by the gateway, whatever the caller sent under it. */
export const PRINCIPAL_META_KEY = 'bailiwick/principal';

/** Who calls a local tool. Holds no credential. */
export interface ToolPrincipal {
  readonly issuer: string;
  readonly subject: string;
  readonly team?: string;
  readonly groups: readonly string[];
  readonly scopes: readonly string[];
  readonly claims: JsonObject;
}
