import { isJsonObject } from '../catalog/json.ts';

/** What a configuration says about callers, as it is written or as it was loaded. */
export interface Callers {
  /** `identity.local`. */
  readonly local: unknown;
  /** Names of `identity.principals`. */
  readonly principals: readonly string[];
}

/**
 * The principal that a client has to be, over stdio by `--as`: the first one where the local principal is off, or holds
 * nothing that a policy could ask for. `undefined` where the local one will do, or is all there is.
 */
export function principalToBe({ local, principals }: Callers): string | undefined {
  return holdsSomething(local) ? undefined : principals[0];
}

/** True where a caller without a key gets nothing, even from this machine. */
export function isKeyNeeded(callers: Callers): boolean {
  return callers.local === false || principalToBe(callers) !== undefined;
}

function holdsSomething(local: unknown): boolean {
  if (!isJsonObject(local)) return false;
  return Object.values(local).some((member) =>
    typeof member === 'object' && member !== null ? Object.keys(member).length > 0 : member !== undefined,
  );
}
