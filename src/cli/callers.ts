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

/**
 * True where clients are told where to sign in with a browser: at this server, or at an issuer that knows people.
 *
 * @param identity `identity` of the configuration, as it is written or as it was loaded.
 */
export function canSignIn(identity: unknown): boolean {
  if (!isJsonObject(identity)) return false;
  const { server, issuers } = identity;
  if (isJsonObject(server)) return true;
  return (
    Array.isArray(issuers) &&
    issuers.some(
      (issuer) => isJsonObject(issuer) && (issuer['advertise'] ?? issuer['preset'] !== 'kubernetes') === true,
    )
  );
}

function holdsSomething(local: unknown): boolean {
  if (!isJsonObject(local)) return false;
  return Object.values(local).some((member) =>
    typeof member === 'object' && member !== null ? Object.keys(member).length > 0 : member !== undefined,
  );
}
