import type { App } from '../app.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { AuthorizationServerSettings } from '../identity/server/settings.ts';
import { canSignIn } from './callers.ts';
import { count } from './lock-text.ts';
import { lookAtLocal } from './whoami/look-at-local.ts';
import { placeOf } from './whoami/place.ts';

/** What `check` says of who may call. */
export interface CallerReport {
  /** Where a caller without a credential is the local principal. */
  readonly local: { readonly stdio: boolean; readonly http: boolean };
  /** The own authorization server, where it is on. */
  readonly server?: { readonly resource: string; readonly login: string };
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
    ...(loaded.config.identity.server && {
      server: { resource: `${place.baseUrl}/mcp`, login: toLogin(loaded.config.identity.server) },
    }),
    // The server knows itself by where it listens; nobody listens here.
    issuers: issuers.map((issuer) =>
      issuer.audience.length > 0 ? issuer : { ...issuer, audience: [`${place.baseUrl}/mcp`] },
    ),
  };
}

/** A line for each issuer that answers, and one for callers without a credential. */
export function describeCallers({ local, issuers, server }: CallerReport): string[] {
  const where = local.http ? 'over stdio, and over HTTP on this machine' : 'over stdio only';
  return [
    ...(server
      ? [`identity.server: people sign in here, ${server.login}; tokens are for ${server.resource}`]
      : []),
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

/** A client that is let in without a credential never learns where to sign in. */
export function findUnasked(
  { local }: CallerReport,
  { config }: Pick<LoadedConfig, 'config'>,
): string | undefined {
  if (!local.http || !canSignIn(config.identity)) return undefined;
  return 'callers on this machine are the local principal and are never asked to sign in; for clients here to sign in, set identity.local: false';
}

/** Issuers whose keys cannot be had: their tokens are refused meanwhile. */
export function findSilentIssuers({ issuers }: CallerReport): { issuer: string; message: string }[] {
  return issuers.flatMap((one) =>
    'failure' in one ? [{ issuer: one.issuer, message: `the keys cannot be had: ${one.failure}` }] : [],
  );
}

function toLogin({ login }: AuthorizationServerSettings): string {
  return login.provider ? `known to ${login.provider.issuer}` : 'with keys of this server';
}
