import { toShownName } from '../../catalog/names.ts';
import type { Tool } from '../../catalog/tool.ts';
import { compileGlob } from '../../text/glob.ts';
import type { Endpoint } from '../endpoint.ts';
import type { ListingSettings, OwnListingSettings } from './settings.ts';

/** How one endpoint lists its tools. */
export interface ListingRule extends Pick<ListingSettings, 'mode' | 'budget'> {
  readonly hasPins: boolean;
  /** Whether the operator wants the tool to be listed in search mode, too. */
  isPinned(tool: Pick<Tool, 'source' | 'name'>): boolean;
}

/** How every endpoint of a configuration lists its tools. */
export interface ListingRules {
  of(endpoint: Endpoint): ListingRule;
  /** All that there are. */
  readonly all: readonly ListingRule[];
}

/** The rules of a configuration: those of a virtual catalog are the common ones but for what it says itself. */
export function compileListing(
  common: ListingSettings,
  catalogs: Readonly<Record<string, { readonly listing?: OwnListingSettings | undefined }>>,
): ListingRules {
  const rule = compileRule(common);
  const own = new Map(
    Object.entries(catalogs).flatMap(([name, { listing }]) =>
      listing ? [[name, compileRule(withOwn(common, listing))] as const] : [],
    ),
  );
  return {
    of: (endpoint) => (endpoint.kind === 'catalog' ? own.get(endpoint.name) : undefined) ?? rule,
    all: [rule, ...own.values()],
  };
}

function withOwn(common: ListingSettings, own: OwnListingSettings): ListingSettings {
  return {
    mode: own.mode ?? common.mode,
    budget: own.budget ?? common.budget,
    pin: own.pin ?? common.pin,
  };
}

function compileRule({ mode, budget, pin }: ListingSettings): ListingRule {
  const globs = pin.map((pattern) => compileGlob(pattern));
  return {
    mode,
    budget,
    hasPins: pin.length > 0,
    isPinned({ source, name }) {
      const shownName = toShownName(source, name);
      return globs.some((matches) => matches(shownName));
    },
  };
}
