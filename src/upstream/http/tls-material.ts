import { createSecureContext, getCACertificates } from 'node:tls';
import { BailiwickError } from '../../errors.ts';
import type { TlsMaterial } from '../network/guarded-agent.ts';
import type { ClientCertificate, Credential } from './credentials.ts';

export interface TlsOptions {
  readonly source: string;
  readonly url: string | undefined;
  readonly credentials: ReadonlyMap<string, Credential>;
  /** Authorities to trust beside those of the system, PEM. */
  readonly ca: string | undefined;
}

/**
 * What the connections of a source show and trust: the certificate of a `mutualTLS` scheme, and configured authorities.
 *
 * @throws BailiwickError `CONFIGURATION` for what is no PEM, a key of another certificate, a second certificate, or one
 *   for a URL without TLS.
 */
export function createTlsMaterial({ source, url, credentials, ca }: TlsOptions): TlsMaterial {
  const found = [...credentials].flatMap(([name, credential]): [string, ClientCertificate][] =>
    'certificate' in credential ? [[name, credential]] : [],
  );
  const [first, second] = found;
  const refuse = (what: string, cause?: unknown): BailiwickError =>
    new BailiwickError('CONFIGURATION', `sources.${source}${what}`, { cause });
  if (second) throw refuse(`.credentials.${second[0]}: a source shows one client certificate`);
  if (first && url?.startsWith('https:') !== true) {
    throw refuse(`.credentials.${first[0]}: a client certificate needs an https \`url\``);
  }
  const own = [ca, first?.[1].ca].filter((text) => text !== undefined);
  if (own.some((text) => !text.includes('-----BEGIN CERTIFICATE-----'))) {
    throw refuse(': the file of authorities (`ca`) holds no certificate in PEM');
  }
  const material: TlsMaterial = {
    ...(first && { cert: first[1].certificate, key: first[1].key }),
    ...(own.length > 0 && { ca: [...getCACertificates('default'), ...own] }),
  };
  try {
    createSecureContext({ ...material, ca: own });
  } catch (error) {
    const what = first ? `.credentials.${first[0]}: certificate and key` : '.tls.ca: the file';
    throw refuse(`${what} cannot be used; check that they are PEM and belong together`, error);
  }
  return material;
}
