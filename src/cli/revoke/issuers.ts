import type { LoadedConfig } from '../../config/load.ts';
import { BailiwickError } from '../../errors.ts';
import { suggest } from '../../text/suggest.ts';
import { toConfigOption } from '../key-command.ts';
import { describeHeld, describeKeys, type Subjects } from './subjects.ts';

/** Those who vouch for callers in tokens, or when they sign in here. Which subjects they have they alone know. */
function issuersElsewhere({ config }: LoadedConfig): string[] {
  const { issuers, server } = config.identity;
  // Whoever signs in at this server is who the provider, or a key, says.
  const provider = server?.login.provider?.issuer;
  return [
    ...new Set([...issuers.map(({ issuer }) => issuer), ...(provider === undefined ? [] : [provider])]),
  ];
}

/**
 * Finds what is wrong with an issuer that is named, before anything is opened.
 *
 * @throws BailiwickError `USAGE` where nobody of that name vouches for callers here
 */
export function requireKnownIssuer(loaded: LoadedConfig, named: string): void {
  if (named === 'local') {
    throw new BailiwickError(
      'USAGE',
      '--issuer local: the local principal shows no credential that could be revoked; set identity.local: false',
    );
  }
  const known = [...issuersElsewhere(loaded), 'keys', 'config'];
  if (known.includes(named)) return;
  const slash = known.find((one) => one === `${named}/` || `${one}/` === named);
  throw new BailiwickError(
    'USAGE',
    slash === undefined
      ? `--issuer: ${loaded.file} trusts no issuer ${named}; there is ${known.join(', ')}`
      : `--issuer: ${loaded.file} trusts no issuer ${named}, but ${slash}: the slash at the end counts`,
  );
}

/** What tells which of several subjects of one name is meant. */
interface Meant {
  readonly subject: string;
  readonly issuer?: string | undefined;
  /** A key of that subject, by its short name. */
  readonly key?: string | undefined;
}

/**
 * The issuer that is meant: the one that is named, or the only one that the subject can be of. `note`: what to tell beside it.
 *
 * @throws BailiwickError `USAGE` where the subject is not there, or could be of several
 */
export function toIssuer(
  loaded: LoadedConfig,
  subjects: Subjects,
  { subject, issuer: named, key }: Meant,
): { readonly issuer: string; readonly note?: string } {
  const found = subjects.find(subject);
  const near = suggest(subject, subjects.names());
  if (named !== undefined) {
    const isOwn = named === 'config' || named === 'keys';
    const held = found.find(({ issuer }) => issuer === named);
    if (isOwn && !held) throw unknownSubject(loaded, subject, { near, issuer: named });
    if (held && key !== undefined && !held.all.includes(key)) throw unknownKey(subject, key, held.all);
    return { issuer: named };
  }
  const elsewhere = issuersElsewhere(loaded);
  const holders = key === undefined ? [] : found.filter(({ all }) => all.includes(key));
  const current = found.filter(({ isCurrent }) => isCurrent);
  const candidates =
    holders.length > 0 ? holders : current.length > 0 || elsewhere.length > 0 ? current : found;
  const others = holders.length > 0 ? [] : elsewhere;
  const issuers = [...candidates.map(({ issuer }) => issuer), ...others];
  const [only] = issuers;
  if (only === undefined) throw unknownSubject(loaded, subject, { near });
  if (issuers.length > 1) {
    const lines = [
      ...candidates.map((held) => `--issuer ${held.issuer}  ends ${describeHeld(held, loaded)}`),
      ...others.map((issuer) => `--issuer ${issuer}  ends all that was issued there to "${subject}"`),
    ];
    throw new BailiwickError(
      'USAGE',
      [`nothing is revoked yet: say which "${subject}" is meant, by one of`, ...lines].join('\n  '),
    );
  }
  if (key !== undefined && candidates[0] && holders.length === 0)
    throw unknownKey(subject, key, candidates[0].all);
  return {
    issuer: only,
    ...(candidates.length === 0 &&
      near !== undefined && {
        note: `Note: "${subject}" is not "${near}", whom this server knows itself, but a subject of ${only}.`,
      }),
  };
}

function unknownSubject(
  loaded: LoadedConfig,
  subject: string,
  { near, issuer }: { readonly near: string | undefined; readonly issuer?: string },
): BailiwickError {
  const where = {
    config: `identity.principals of ${loaded.file} has no "${subject}"`,
    keys: `no virtual key has a principal "${subject}" of its own`,
  }[issuer ?? ''];
  const what =
    where ?? `nobody is called "${subject}" here: no principal of ${loaded.file}, and none of a virtual key`;
  const list = `bailiwick keys list --all${toConfigOption(loaded.file)}`;
  const advice = near === undefined ? `${list} shows whom keys speak for` : `did you mean ${near}?`;
  return new BailiwickError('USAGE', `nothing is revoked: ${what}; ${advice}`);
}

function unknownKey(subject: string, key: string, all: readonly string[]): BailiwickError {
  return new BailiwickError(
    'USAGE',
    `nothing is revoked: "${subject}" has no key ${key}; there is ${describeKeys(all) || 'none'}`,
  );
}

/** How far the clock of an issuer may be ahead, in milliseconds. Keys are made by the clocks of this deployment. */
export function skewOf({ config }: LoadedConfig, issuer: string): number {
  const settings = config.identity.issuers.find((one) => one.issuer === issuer);
  return (settings?.clockSkewSeconds ?? 0) * 1000;
}
