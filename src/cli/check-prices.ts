import type { Tool } from '../catalog/tool.ts';
import type { Problem } from '../policy/problem.ts';
import { compileGlob } from '../text/glob.ts';
import { suggest } from '../text/suggest.ts';
import type { Setup } from './check-setup.ts';

/** Prices of single tools that no tool ever costs: of no tool of their source, or only of tools that an earlier one is for. */
export function findIdlePrices({ config, catalog, placeOf }: Setup): Problem[] {
  return Object.entries(config.sources).flatMap(([source, { prices = {} }]) => {
    const tools = catalog.tools.filter((tool) => tool.source === source);
    return findIdle(Object.keys(prices), tools).map(([glob, why]) => ({
      ...placeOf(['sources', source, 'prices', glob]),
      message: `sources.${source}.prices: \`${glob}\` ${why}`,
    }));
  });
}

function findIdle(globs: readonly string[], tools: readonly Tool[]): [string, string][] {
  const names = tools.map(({ name }) => name);
  const takenBy = new Map<string, string>();
  return globs.flatMap((glob): [string, string][] => {
    const meant = names.filter(compileGlob(glob));
    const isIdle = meant.every((name) => takenBy.has(name));
    const [before] = new Set(meant.map((name) => takenBy.get(name)));
    for (const name of meant) if (!takenBy.has(name)) takenBy.set(name, glob);
    if (!isIdle) return [];
    if (before === undefined)
      return [[glob, `is the name of no tool, so it prices nothing${near(glob, names)}`]];
    return [[glob, `prices nothing, because \`${before}\` before it counts; the first that matches does`]];
  });
}

function near(glob: string, names: readonly string[]): string {
  const meant = suggest(glob, names);
  return meant === undefined ? '' : `; did you mean \`${meant}\`?`;
}
