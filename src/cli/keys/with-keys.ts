import { randomBytes } from 'node:crypto';
import { BailiwickError } from '../../errors.ts';
import { createKeyDesk, type KeyDesk } from '../../identity/keys/key-desk.ts';
import type { KeyRecord } from '../../identity/keys/key-record.ts';
import type { PrincipalSettings } from '../../identity/principal-settings.ts';
import { loadPolicies } from '../../policy/load.ts';
import { withDeployment } from '../with-deployment.ts';
import { toLimitText } from './limit-option.ts';

export interface KeyOptions {
  config: string;
  json?: boolean;
  logLevel?: string;
}

/** What the commands about virtual keys work on. */
export interface KeyRoom {
  readonly desk: KeyDesk;
  /** `identity.principals`. */
  readonly principals: Readonly<Record<string, PrincipalSettings>>;
  /** The scopes that some policy asks for. `undefined` where the policies cannot be read: `bailiwick check` says why. */
  policyScopes(): ReadonlySet<string> | undefined;
  /** The configuration's file, as the command names it. */
  readonly file: string;
  /** @throws BailiwickError `RECORD_UNAVAILABLE` */
  record(change: 'created' | 'rotated' | 'revoked', key: KeyRecord): Promise<void>;
}

/** @throws BailiwickError `CONFIGURATION` where state is kept in the memory of each process. */
export async function withKeys<T>(options: KeyOptions, work: (room: KeyRoom) => Promise<T>): Promise<T> {
  return withDeployment(
    options,
    ({ loaded, store, record }) =>
      work({
        desk: createKeyDesk({ store, now: Date.now, random: randomBytes }),
        principals: loaded.config.identity.principals,
        policyScopes: () => toPolicyScopes(loaded.policyFiles),
        file: options.config,
        record: (change, key) => record({ type: 'key', detail: { change, count: 1, keys: [toFacts(key)] } }),
      }),
    ({ config }) => {
      if (!config.state.memory) return;
      throw new BailiwickError(
        'CONFIGURATION',
        'state.memory is on: keys would be known to this command alone, and gone when it ends; use state.sqlite or state.redis, or `bailiwick keys create <principal> --static` for a key of the configuration',
      );
    },
  );
}

function toPolicyScopes(files: Parameters<typeof loadPolicies>[0]): ReadonlySet<string> | undefined {
  try {
    return new Set(loadPolicies(files).rules.flatMap(({ who }) => who?.scopes ?? []));
  } catch {
    return undefined;
  }
}

/** What a record says of a key: never the key, never its hash. */
function toFacts(record: KeyRecord): Record<string, unknown> {
  const { name: key, principal, issuer, scopes, groups, team, client, limits } = record;
  const { expiresAt, rotatedFrom, rotatedTo } = record;
  const facts = {
    key,
    principal,
    issuer,
    scopes,
    groups,
    team,
    client,
    limits: limits.length > 0 ? limits.map(toLimitText) : undefined,
    expires: expiresAt === undefined ? undefined : new Date(expiresAt).toISOString(),
    rotatedFrom,
    rotatedTo,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
