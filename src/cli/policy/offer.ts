import type { Catalog } from '../../catalog/catalog.ts';
import type { LoadedConfig } from '../../config/load.ts';
import type { Principal } from '../../identity/principal.ts';
import type { PolicySet } from '../../policy/policy-set.ts';
import { configuredPrincipal } from '../../identity/configured-principal.ts';
import { loadForCommand, withApp, type CatalogOptions } from '../command.ts';
import type { Terminal } from '../terminal.ts';

/** What a command about policies works with. */
export interface Offer {
  readonly loaded: LoadedConfig;
  /** The policies of the configuration. */
  readonly policy: PolicySet;
  /** Everything that the sources offer, held back or not; of a source that does not answer what the lock holds of it. */
  readonly catalog: Catalog;
  /** Those of the configuration by name, and `local` where there is one. */
  readonly principals: ReadonlyMap<string, Principal>;
  /** Sources of which nothing is known: they do not answer, and the lock holds nothing of them. */
  readonly unknown: readonly { readonly source: string; readonly message: string }[];
}

/** Runs work with the policies and the catalog of a configuration. */
export async function withOffer<T>(
  terminal: Terminal,
  options: CatalogOptions,
  work: (offer: Offer) => Promise<T> | T,
): Promise<T> {
  const { loaded, logger } = await loadForCommand({ ...options, logLevel: options.logLevel ?? 'silent' });
  return withApp(terminal, { loaded, logger }, (app) => {
    const local = app.local();
    const missing = [...app.unusable(), ...app.sources().filter((one) => one.state === 'down')];
    const configured = Object.entries(loaded.config.identity.principals).map(
      ([name, settings]): [string, Principal] => [name, configuredPrincipal(name, settings)],
    );
    return work({
      loaded,
      policy: app.policy(),
      catalog: app.offered(),
      principals: new Map([...(local ? [['local', local] as const] : []), ...configured]),
      unknown: missing.map(({ source, error }) => ({ source, message: error?.message ?? '' })),
    });
  });
}
