import type { App } from '../app.ts';
import type { LoadedConfig } from '../config/load.ts';
import { count } from './lock-text.ts';
import { lookAtLocal } from './whoami/look-at-local.ts';
import { placeOf } from './whoami/place.ts';

/** What `check` says of who may call. */
export interface CallerReport {
  /** Where a caller without a credential is the local principal. */
  readonly local: { readonly stdio: boolean; readonly http: boolean };
  readonly issuers: Awaited<ReturnType<App['issuers']>>;
}

/** Asks each issuer for its keys. */
export async function checkCallers(app: App, loaded: LoadedConfig): Promise<CallerReport> {
  const place = placeOf(loaded);
  const { known, steps } = lookAtLocal(app, loaded, place.host);
  const isOver = (face: string): boolean => known && steps.some(({ name, ok }) => name === face && ok);
  const issuers = await app.issuers();
  return {
    local: { stdio: isOver('stdio'), http: isOver('http') },
    // The server knows itself by where it listens; nobody listens here.
    issuers: issuers.map((issuer) =>
      issuer.audience.length > 0 ? issuer : { ...issuer, audience: [`${place.baseUrl}/mcp`] },
    ),
  };
}

/** A line for each issuer that answers, and one for callers without a credential. */
export function describeCallers({ local, issuers }: CallerReport): string[] {
  const where = local.http ? 'over stdio, and over HTTP on this machine' : 'over stdio only';
  return [
    ...issuers.flatMap((issuer) =>
      'failure' in issuer
        ? []
        : [
            `issuer ${issuer.issuer}: ${count(issuer.keys, 'key')} of ${issuer.from}; clients have to ask it for a token for ${issuer.audience.join(' or ')}`,
          ],
    ),
    `callers without a credential: ${local.stdio ? `the local principal, ${where}` : 'refused'}`,
  ];
}

/** Issuers whose keys cannot be had: their tokens are refused meanwhile. */
export function findSilentIssuers({ issuers }: CallerReport): { issuer: string; message: string }[] {
  return issuers.flatMap((one) =>
    'failure' in one ? [{ issuer: one.issuer, message: `the keys cannot be had: ${one.failure}` }] : [],
  );
}
