import type { Catalog } from '../../catalog/catalog.ts';
import { toShownName } from '../../catalog/names.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { Problem } from '../../policy/problem.ts';
import { compileGlob } from '../../text/glob.ts';
import { toDotted, type Path } from '../../text/pointer.ts';
import type { CatalogsContext } from '../catalogs/check.ts';
import type { CatalogsSettings } from '../catalogs/settings.ts';
import { didYouMean } from '../catalogs/unknown-names.ts';
import { compileCatalogs, type VirtualCatalog } from '../catalogs/virtual-catalog.ts';
import { ListingSettings } from './settings.ts';

/** More tools by one pin than a list that is meant to be short has use for. */
const MANY = 20;

/**
 * Pinned tools that are nowhere: of all tools, or of those of the virtual catalog whose own pins they are; pins of very many; and budgets
 * that decide nothing.
 */
export function checkListing(
  { listing, catalogs }: { readonly listing: ListingSettings; readonly catalogs: CatalogsSettings },
  catalog: Catalog,
  context: CatalogsContext,
): Problem[] {
  const compiled = compileCatalogs(catalogs);
  const ofCatalogs = Object.entries(catalogs).flatMap(([name, { listing: own }]) => {
    const at = ['catalogs', name, 'listing'];
    const ofBudget = own ? checkBudget({ ...own, mode: own.mode ?? listing.mode }, at, context) : [];
    const window = own?.pin && compiled.get(name)?.on(catalog);
    if (!window) return ofBudget;
    const included = catalog.tools.filter((tool) => window.includes({ kind: 'tool', tool }));
    const ofPins = checkPins(own.pin ?? [], [...at, 'pin'], {
      included,
      all: catalog.tools,
      toolNamed: window.toolNamed,
      context,
    });
    return [...ofBudget, ...ofPins];
  });
  const { tools } = catalog;
  return [
    ...checkBudget(listing, ['listing'], context),
    ...checkPins(listing.pin, ['listing', 'pin'], {
      included: tools,
      all: tools,
      toolNamed: (name) => renamedIn(name, [...compiled.values()], catalog),
      context,
    }),
    ...ofCatalogs,
  ];
}

function checkBudget(
  { mode, budget }: { readonly mode: ListingSettings['mode']; readonly budget?: number | undefined },
  at: Path,
  context: CatalogsContext,
): Problem[] {
  // A default is nobody's mistake.
  if (budget === undefined || budget === ListingSettings.parse({}).budget) return [];
  const fault =
    mode !== 'auto'
      ? `counts in mode \`auto\` only, and the mode is \`${mode}\``
      : budget === 0
        ? 'no tool fits it, so that all are listed as in mode `search`; say that, or give a budget'
        : undefined;
  const place = [...at, 'budget'];
  return fault === undefined ? [] : [{ ...context.placeOf(place), message: `${toDotted(place)}: ${fault}` }];
}

function checkPins(
  pin: readonly string[],
  at: Path,
  {
    included,
    all,
    toolNamed,
    context,
  }: {
    readonly included: readonly Tool[];
    readonly all: readonly Tool[];
    /** By the name that a catalog shows it with. */
    readonly toolNamed: (name: string) => Tool | undefined;
    readonly context: CatalogsContext;
  },
): Problem[] {
  const names = included.map(toName);
  return pin.flatMap((pattern, index) => {
    const matches = compileGlob(pattern);
    const quoted = JSON.stringify(pattern);
    const place = [...at, index];
    const problem = (message: string): Problem[] => [
      { ...context.placeOf(place), message: `${toDotted(place)}: ${message}` },
    ];
    const pinned = names.filter(matches).length;
    if (pinned > MANY)
      return problem(
        `${quoted} pins ${pinned} tools: all of them are listed in search mode, too; pin the few that are needed most`,
      );
    if (pinned > 0 || mayMatchUnknown(pattern, context)) return [];
    const isElsewhere = all.some((tool) => matches(toName(tool)));
    const renamed = toolNamed(pattern);
    const message = renamed
      ? `${quoted} is the name that a catalog gives to a tool; pins go by the names at /mcp: \`${toName(renamed)}\``
      : isElsewhere
        ? `${quoted} is not in this catalog, so it is not listed here; include it, or remove this`
        : pattern.includes('*')
          ? `no tool has a name like ${quoted}`
          : `no tool has the name ${quoted}${didYouMean(pattern, names)}`;
    return problem(message);
  });
}

function renamedIn(name: string, catalogs: readonly VirtualCatalog[], catalog: Catalog): Tool | undefined {
  for (const one of catalogs) {
    const tool = one.on(catalog).toolNamed(name);
    if (tool) return tool;
  }
  return undefined;
}

/** True where a tool may have such a name of which nothing is known now. */
function mayMatchUnknown(pattern: string, { unknown = [] }: CatalogsContext): boolean {
  const [head = '', ...rest] = pattern.split('*');
  return unknown.some((source) => {
    const prefix = `${source}_`;
    return head.startsWith(prefix) || (rest.length > 0 && prefix.startsWith(head));
  });
}

function toName({ source, name }: Tool): string {
  return toShownName(source, name);
}
