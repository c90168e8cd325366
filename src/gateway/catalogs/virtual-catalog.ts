import type { Catalog } from '../../catalog/catalog.ts';
import type { Prompt, Target } from '../../catalog/entries.ts';
import { toShownName } from '../../catalog/names.ts';
import type { Tool } from '../../catalog/tool.ts';
import { compileWhat } from '../../policy/select.ts';
import type { Window } from '../window.ts';
import { indexed } from '../indexed.ts';
import { compilePins, pinsFor, type Pin } from './pins.ts';
import type { CatalogSettings } from './settings.ts';

/** A virtual catalog: a selection of the catalog with names of its own, and an endpoint. Immutable; a reload makes another one. */
export interface VirtualCatalog {
  readonly name: string;
  /** What it shows of a catalog: the same object for the same catalog. */
  on(catalog: Catalog): CatalogWindow;
}

/** A window that can say what it had to leave out. */
export interface CatalogWindow extends Window {
  readonly leftOut: readonly LeftOut[];
}

/** Something that is selected and not shown, because showing it would be a guess. */
export interface LeftOut {
  readonly kind: 'tool' | 'prompt';
  /** As `/mcp` has it. */
  readonly shownName: string;
  /** The end of a sentence that begins with what is left out. */
  readonly reason: string;
}

/** The virtual catalogs of a configuration by name. */
export function compileCatalogs(
  settings: Readonly<Record<string, CatalogSettings>>,
): ReadonlyMap<string, VirtualCatalog> {
  return new Map(Object.entries(settings).map(([name, one]) => [name, compileCatalog(name, one)]));
}

function compileCatalog(name: string, settings: CatalogSettings): VirtualCatalog {
  const windows = new WeakMap<Catalog, CatalogWindow>();
  const open = createOpener(name, settings);
  return {
    name,
    on(catalog) {
      const window = windows.get(catalog) ?? open(catalog);
      windows.set(catalog, window);
      return window;
    },
  };
}

/** Something that is shown, and how. */
interface Shown<Entry> {
  readonly entry: Entry;
  readonly name: string;
  readonly pins: readonly Pin[];
}

function createOpener(name: string, settings: CatalogSettings): (catalog: Catalog) => CatalogWindow {
  const selects = compileSelection(settings);
  const renames = new Map(Object.entries(settings.rename));
  const newNames = new Set(renames.values());
  const rules = compilePins(settings.pin);

  /**
   * A name that something is renamed to means that and nothing else, be it there or not: so that what a name means never depends on
   * what a source happens to offer.
   */
  const show = <Entry extends Tool | Prompt>(entry: Entry, kind: LeftOut['kind']): Shown<Entry> | LeftOut => {
    const shownName = toShownName(entry.source, entry.name);
    const newName = renames.get(shownName);
    if (newName === undefined && newNames.has(shownName))
      return { kind, shownName, reason: 'has the name that something else is renamed to' };
    const pinned =
      kind === 'tool' ? pinsFor(rules, entry as Tool, shownName) : { pins: [] as readonly Pin[] };
    if ('conflict' in pinned)
      return { kind, shownName, reason: `has different values pinned for ${pinned.conflict}` };
    return { entry, name: newName ?? shownName, pins: pinned.pins };
  };

  return (catalog) => {
    const tools = catalog.tools
      .filter((tool) => selects({ kind: 'tool', tool }))
      .map((tool) => show(tool, 'tool'));
    const prompts = catalog.prompts
      .filter((prompt) => selects({ kind: 'prompt', source: prompt.source, name: prompt.name }))
      .map((prompt) => show(prompt, 'prompt'));
    const shownTools = tools.filter(isShown);
    const shownPrompts = prompts.filter(isShown);
    const toolOf = indexed(shownTools, ({ entry }) => ownKey(entry));
    const promptOf = indexed(shownPrompts, ({ entry }) => ownKey(entry));
    const toolByName = indexed(shownTools, (shown) => shown.name);
    const promptByName = indexed(shownPrompts, (shown) => shown.name);
    return {
      endpoint: { kind: 'catalog', name },
      ...(settings.description !== undefined && { description: settings.description }),
      leftOut: [...tools, ...prompts].flatMap((one) => (isShown<Tool | Prompt>(one) ? [] : [one])),
      includes(target) {
        switch (target.kind) {
          case 'tool':
            return toolOf(ownKey(target.tool)) !== undefined;
          case 'prompt':
            return promptOf(ownKey(target)) !== undefined;
          case 'resource':
            return selects(target);
          case 'model':
            return false;
        }
      },
      nameAt: (entry, kind) =>
        (kind === 'tool' ? toolOf : promptOf)(ownKey(entry))?.name ?? toShownName(entry.source, entry.name),
      toolNamed: (shownName) => toolByName(shownName)?.entry,
      promptNamed: (shownName) => promptByName(shownName)?.entry,
      pinsOf: (tool) => toolOf(ownKey(tool))?.pins ?? [],
    };
  };
}

/** What is included and not excluded. Of a resource's URI every reading has to be included, and none may be excluded. */
function compileSelection({ include, exclude }: CatalogSettings): (target: Target) => boolean {
  const includes = compileWhat(include, 'permit');
  const excludes = exclude ? compileWhat(exclude, 'deny') : () => false;
  return (target) => includes(target) && !excludes(target);
}

function isShown<Entry>(one: Shown<Entry> | LeftOut): one is Shown<Entry> {
  return 'entry' in one;
}

/** A source's name has no slash. */
function ownKey({ source, name }: Pick<Tool, 'source' | 'name'>): string {
  return `${source}/${name}`;
}
