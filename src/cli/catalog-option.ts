import type { LoadedConfig } from '../config/load.ts';
import { BailiwickError } from '../errors.ts';
import { ALL_SOURCES, type Endpoint } from '../gateway/endpoint.ts';
import { suggest } from '../text/suggest.ts';
import { onlySource } from './only-source.ts';

/** What `--catalog` says in the help of a command. */
export const CATALOG_OPTION = [
  '--catalog <name>',
  'through this virtual catalog, with its names and what it pins; without it, as /mcp has it',
] as const;

/**
 * The endpoint that `--catalog` means; without it, `/mcp`.
 *
 * @throws BailiwickError `USAGE` where the configuration has no such catalog.
 */
export function endpointOf({ config, file }: LoadedConfig, name: string | undefined): Endpoint {
  if (name === undefined) return ALL_SOURCES;
  requireCatalog(name, Object.keys(config.catalogs), file);
  return { kind: 'catalog', name };
}

/** @throws BailiwickError `USAGE` where no catalog has this name. */
export function requireCatalog(name: string, known: readonly string[], file: string): void {
  if (known.includes(name)) return;
  const near = suggest(name, known);
  const there = near === undefined ? `there is ${known.join(', ') || 'none'}` : `did you mean ${near}?`;
  throw new BailiwickError('USAGE', `--catalog: no catalog "${name}" in ${file}; ${there}`);
}

/**
 * What has to be connected to see a catalog: the sources that its selectors name, or all of them.
 *
 * @param source What `--source` says.
 */
export function sourcesOf(
  loaded: LoadedConfig,
  { source, catalog }: { readonly source?: string; readonly catalog?: string },
): { only?: string[] } {
  const settings = catalog === undefined ? undefined : loaded.config.catalogs[catalog];
  if (source !== undefined || !settings) return onlySource(loaded, source);
  const named = settings.include.flatMap((what) => what.source ?? []);
  return settings.include.every((what) => what.source !== undefined) ? { only: [...new Set(named)] } : {};
}

/** The name that `/mcp` has for what a catalog shows under this name. */
export function plainNameOf({ config }: LoadedConfig, endpoint: Endpoint, name: string): string {
  const rename = endpoint.kind === 'catalog' ? config.catalogs[endpoint.name]?.rename : undefined;
  return Object.entries(rename ?? {}).find(([, to]) => to === name)?.[0] ?? name;
}
