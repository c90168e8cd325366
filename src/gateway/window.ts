import type { Catalog } from '../catalog/catalog.ts';
import type { Prompt, Target } from '../catalog/entries.ts';
import { toShownName } from '../catalog/names.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Pin } from './catalogs/pins.ts';
import type { VirtualCatalog } from './catalogs/virtual-catalog.ts';
import { ALL_SOURCES, type Endpoint } from './endpoint.ts';
import { indexed } from './indexed.ts';

/**
 * What an endpoint shows of a catalog, and under which names, whoever looks. It opens nothing: what a caller finds there is what
 * its view shows and the window includes.
 */
export interface Window {
  readonly endpoint: Endpoint;
  /** Said by the endpoint of itself. */
  readonly description?: string;
  includes(target: Target): boolean;
  /** The name that clients of this endpoint see and send: a function of the entry and the endpoint alone. */
  nameAt(entry: Pick<Tool | Prompt, 'source' | 'name'>, kind: 'tool' | 'prompt'): string;
  /** The tool that clients of this endpoint mean by `name`; undefined where none of those included has it. */
  toolNamed(name: string): Tool | undefined;
  /** The prompt that clients of this endpoint mean by `name`. */
  promptNamed(name: string): Prompt | undefined;
  /** Arguments of a tool that are fixed for callers of this endpoint. */
  pinsOf(tool: Pick<Tool, 'source' | 'name'>): readonly Pin[];
}

/** What windows are opened on: parts of a snapshot. */
export interface Landscape {
  readonly catalog: Catalog;
  /** Virtual catalogs by name. */
  readonly catalogs: ReadonlyMap<string, VirtualCatalog>;
}

const windows = new WeakMap<Catalog, Map<string, Window>>();

/** The window of an endpoint: the same object as long as catalog and endpoint say the same. */
export function windowOf({ catalog, catalogs }: Landscape, endpoint: Endpoint): Window {
  if (endpoint.kind === 'catalog') return catalogs.get(endpoint.name)?.on(catalog) ?? NOTHING;
  const key = endpoint.kind === 'all' ? '' : endpoint.source;
  const known = windows.get(catalog) ?? new Map<string, Window>();
  windows.set(catalog, known);
  const window = known.get(key) ?? open(catalog, endpoint);
  // What clients make up is not kept.
  if (window !== NOTHING) known.set(key, window);
  return window;
}

function open(catalog: Catalog, endpoint: Exclude<Endpoint, { kind: 'catalog' }>): Window {
  return endpoint.kind === 'all' ? openAll(catalog) : openSource(catalog, endpoint);
}

const NO_PINS: readonly Pin[] = [];

/** How `/mcp` names things, whatever the catalog. */
export const PLAIN_NAMES: Pick<Window, 'endpoint' | 'nameAt' | 'pinsOf'> = {
  endpoint: ALL_SOURCES,
  nameAt: ({ source, name }) => toShownName(source, name),
  pinsOf: () => NO_PINS,
};

function openAll(catalog: Catalog): Window {
  return {
    ...PLAIN_NAMES,
    includes: () => true,
    toolNamed: catalog.toolByShownName,
    promptNamed: indexed(catalog.prompts, ({ source, name }) => toShownName(source, name)),
  };
}

function openSource(catalog: Catalog, endpoint: Extract<Endpoint, { kind: 'source' }>): Window {
  const { source } = endpoint;
  if (!catalog.contributions.some((one) => one.source === source)) return NOTHING;
  const prompts = catalog.prompts.filter((prompt) => prompt.source === source);
  return {
    endpoint,
    includes: (target) => (target.kind === 'tool' ? target.tool.source : target.source) === source,
    nameAt: ({ name }) => name,
    toolNamed: (name) => catalog.toolByOwnName(source, name),
    promptNamed: indexed(prompts, ({ name }) => name),
    pinsOf: () => NO_PINS,
  };
}

/** What is seen where there is nothing. */
const NOTHING: Window = {
  endpoint: ALL_SOURCES,
  includes: () => false,
  nameAt: ({ name }) => name,
  toolNamed: () => undefined,
  promptNamed: () => undefined,
  pinsOf: () => NO_PINS,
};
