import type { LoadedConfig } from '../../config/load.ts';
import { stateOf, type KeyRecord } from '../../identity/keys/key-record.ts';
import type { Revocation } from '../../identity/revocations/revocation.ts';
import { toKeyName } from '../../identity/static-keys.ts';

/** What a subject has that this server knows itself, without asking an issuer. Keys go by their short names. */
export interface Held {
  readonly issuer: 'config' | 'keys';
  /** Whether it can show anything now. */
  readonly isCurrent: boolean;
  /** Virtual keys that count now. */
  readonly virtualKeys: readonly KeyRecord[];
  /** Keys of `identity.keys`. */
  readonly staticKeys: readonly string[];
  /** Every key, those that are over included. */
  readonly all: readonly string[];
}

/** The subjects that this server knows itself. */
export interface Subjects {
  names(): string[];
  /** What those of this name have: of a principal of the configuration first, then of one that virtual keys brought along. */
  find(subject: string): Held[];
}

export function createSubjects(
  { config }: LoadedConfig,
  records: readonly KeyRecord[],
  now: number,
): Subjects {
  const { principals, keys } = config.identity;
  const hold = (subject: string, issuer: Held['issuer']): Held | undefined => {
    const own = records.filter((record) => record.principal === subject && record.issuer === issuer);
    const virtualKeys = own.filter((record) => stateOf(record, now) === 'active');
    const isConfigured = issuer === 'config' && Object.hasOwn(principals, subject);
    if (!isConfigured && own.length === 0) return undefined;
    const staticKeys =
      issuer === 'config'
        ? keys.filter(({ principal }) => principal === subject).map(({ hash }) => toKeyName(hash))
        : [];
    const all = [...own.map(({ name }) => name), ...staticKeys];
    return { issuer, isCurrent: isConfigured || virtualKeys.length > 0, virtualKeys, staticKeys, all };
  };
  return {
    names: () => [...new Set([...Object.keys(principals), ...records.map(({ principal }) => principal)])],
    find: (subject) =>
      (['config', 'keys'] as const)
        .map((issuer) => hold(subject, issuer))
        .filter((held) => held !== undefined),
  };
}

/** What a revocation ends of that: the keys, by their names. */
export function endingOf(held: Held, { before, key, client, tokenId }: Revocation): Held {
  const isMeant = (name: string): boolean =>
    (key === undefined || key === name) && client === undefined && tokenId === undefined;
  return {
    ...held,
    virtualKeys: held.virtualKeys.filter(({ name, createdAt }) => isMeant(name) && createdAt <= before),
    staticKeys: held.staticKeys.filter(isMeant),
  };
}

/** `the virtual keys k1, k2, the static key 0a1b2c and what programs signed in with them` */
export function describeHeld({ virtualKeys, staticKeys }: Held, { config }: LoadedConfig): string {
  const names = virtualKeys.map(({ name }) => name);
  const parts = [
    names.length > 0 ? `the virtual ${countKeys(names)} ${describeKeys(names)}` : '',
    staticKeys.length > 0 ? `the static ${countKeys(staticKeys)} ${describeKeys(staticKeys)}` : '',
    config.identity.server?.login.keys ? 'what programs got that signed in with its keys' : '',
  ].filter((part) => part !== '');
  return parts.join(', and ') || 'nothing: it has no key that counts';
}

const MOST_NAMED = 10;

export function describeKeys(names: readonly string[]): string {
  const left = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(', ') + (left > 0 ? ` and ${left} more` : '');
}

function countKeys(names: readonly string[]): string {
  return names.length === 1 ? 'key' : 'keys';
}
