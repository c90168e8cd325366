import { createCatalog, type Catalog } from '../../catalog/catalog.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { App } from '../../app.ts';
import type { LoadedConfig } from '../../config/load.ts';
import type { Principal } from '../../identity/principal.ts';
import { catalogFromLock } from '../../lock/catalog-from-lock.ts';
import type { PolicySet } from '../../policy/policy-set.ts';
import { configuredPrincipal } from '../../identity/configured-principal.ts';
import { createCatalogCommand, loadForCommand, withApp, type CatalogOptions } from '../command.ts';
import { visible } from '../audit/safe-text.ts';
import type { Terminal } from '../terminal.ts';
import type { Command } from 'commander';

/** What a command about policies works with. */
export interface Offer {
  readonly loaded: LoadedConfig;
  /** The policies of the configuration. */
  readonly policy: PolicySet;
  /** Everything that the sources offer, held back or not; of a source that does not answer what the lock holds of it. */
  readonly catalog: Catalog;
  /** Every tool that the lock holds, of whatever source, offered now or not. */
  readonly locked: readonly Tool[];
  /** Those of the configuration by name, and `local` where there is one. */
  readonly principals: ReadonlyMap<string, Principal>;
  /** Sources for which the lock answers: they did not, or were not asked. It knows their tools, and nothing else of them. */
  readonly fromLock: readonly Absence[];
  /** Sources of which nothing is known: they do not answer, and the lock holds nothing of them. */
  readonly unknown: readonly Absence[];
}

/** A source that did not say what it offers, and why. */
export interface Absence {
  readonly source: string;
  readonly message: string;
}

/** The options of {@link createPolicyCommand}. */
export interface OfferOptions extends CatalogOptions {
  /** Ask no source; those that are no OpenAPI documents are taken from the lock. */
  readonly offline?: boolean;
  /** Ask no others. */
  readonly sources?: ReadonlySet<string>;
}

/** A command about policies, which asks the sources what they offer, or does not. */
export function createPolicyCommand(name: string, description: string, examples: readonly string[]): Command {
  return createCatalogCommand(name, description, examples).option(
    '--offline',
    'connect and start nothing: OpenAPI documents are compiled, all other tools are taken from the lock',
  );
}

/** Runs work with the policies and the catalog of a configuration. */
export async function withOffer<T>(
  terminal: Terminal,
  options: OfferOptions,
  work: (offer: Offer) => Promise<T> | T,
): Promise<T> {
  const { loaded, logger } = await loadForCommand({ ...options, logLevel: options.logLevel ?? 'silent' });
  const wanted = Object.keys(loaded.config.sources).filter((one) => options.sources?.has(one) ?? true);
  const only = options.offline ? documentedOf(wanted, loaded) : wanted;
  return withApp(terminal, { loaded, logger, only }, (app) => {
    const local = app.local();
    const configured = Object.entries(loaded.config.identity.principals).map(
      ([name, settings]): [string, Principal] => [name, configuredPrincipal(name, settings)],
    );
    const principals = new Map([...(local ? [['local', local] as const] : []), ...configured]);
    return work({ loaded, policy: app.policy(), principals, ...offerOf(app, wanted) });
  });
}

/**
 * What the sources of an app offer, completed by its lock.
 *
 * @param wanted the sources that are of interest
 */
export function offerOf(
  app: App,
  wanted: readonly string[],
): Pick<Offer, 'catalog' | 'locked' | 'fromLock' | 'unknown'> {
  const { lock } = app.review();
  const reviewed = lock === undefined ? [] : catalogFromLock(lock);
  const down = [...app.unusable(), ...app.sources().filter(({ state }) => state === 'down')];
  const known = new Set([...app.sources(), ...app.unusable()].map(({ source }) => source));
  const absent = [
    ...down.map(({ source, error }) => ({ source, message: error?.message ?? 'it did not answer' })),
    ...wanted
      .filter((source) => !known.has(source))
      .map((source) => ({ source, message: 'it was not asked' })),
  ];
  const inPlace = reviewed.filter(({ source }) => absent.some((one) => one.source === source));
  const isLocked = ({ source }: Absence): boolean => inPlace.some((one) => one.source === source);
  return {
    catalog: createCatalog([...app.offered().contributions, ...inPlace]),
    locked: reviewed.flatMap(({ tools }) => tools),
    fromLock: absent.filter(isLocked),
    unknown: absent.filter((one) => !isLocked(one)),
  };
}

/** Says which sources did not say themselves what they offer. */
export function tellAbsences(
  terminal: Terminal,
  { fromLock, unknown }: Pick<Offer, 'fromLock' | 'unknown'>,
): void {
  for (const { source, message } of fromLock)
    terminal.err(
      `source ${source}: as the lock holds it, without resources and prompts: ${visible(message)}`,
    );
  for (const { source, message } of unknown)
    terminal.err(
      `source ${source}: nothing is known of it, nor does the lock hold a tool of it: ${visible(message)}`,
    );
}

/** Sources that are described by a file, which says what they offer without anybody being asked. */
function documentedOf(sources: readonly string[], { config }: LoadedConfig): string[] {
  return sources.filter((source) => 'openapi' in (config.sources[source] ?? {}));
}
