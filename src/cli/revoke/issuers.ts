import type { LoadedConfig } from '../../config/load.ts';
import { BailiwickError } from '../../errors.ts';

/** Who vouches for callers here, by the names that principals carry. */
function knownIssuers({ config }: LoadedConfig): string[] {
  const { issuers, principals, server } = config.identity;
  // Whoever signs in at this server is who the provider, or a key, says.
  const provider = server?.login.provider?.issuer;
  const own = provider === undefined ? [] : [provider];
  return [
    ...new Set([
      ...issuers.map(({ issuer }) => issuer),
      ...own,
      'keys',
      ...(Object.keys(principals).length > 0 ? ['config'] : []),
    ]),
  ];
}

/**
 * The issuer that is meant: the one that is named, or the only one that there is.
 *
 * @throws BailiwickError `USAGE` where it is not known, or not clear
 */
export function toIssuer(loaded: LoadedConfig, subject: string, named: string | undefined): string {
  const known = knownIssuers(loaded);
  const list = known.join(', ');
  if (named === 'local') {
    throw new BailiwickError(
      'USAGE',
      '--issuer local: the local principal shows no credential that could be revoked; set identity.local: false',
    );
  }
  if (named !== undefined) {
    if (known.includes(named)) return named;
    const slash = known.find((one) => one === `${named}/` || `${one}/` === named);
    throw new BailiwickError(
      'USAGE',
      slash === undefined
        ? `--issuer: ${loaded.file} trusts no issuer ${named}; there is ${list}`
        : `--issuer: ${loaded.file} trusts no issuer ${named}, but ${slash}: the slash at the end counts`,
    );
  }
  const { issuers, principals } = loaded.config.identity;
  const isConfigured = Object.hasOwn(principals, subject);
  const [only] = issuers;
  if (only && issuers.length === 1 && !isConfigured && loaded.config.identity.server === undefined) {
    return only.issuer;
  }
  throw new BailiwickError(
    'USAGE',
    isConfigured
      ? `"${subject}" is a principal of ${loaded.file}: take its keys out of identity.keys, and every gateway refuses them as soon as it reads that; to have them refused at once until then, add --issuer config`
      : `say who vouches for "${subject}": --issuer, one of ${list}`,
  );
}

/** How far the clock of an issuer may be ahead, in milliseconds. Keys are made by the clocks of this deployment. */
export function skewOf({ config }: LoadedConfig, issuer: string): number {
  const settings = config.identity.issuers.find((one) => one.issuer === issuer);
  return (settings?.clockSkewSeconds ?? 0) * 1000;
}
