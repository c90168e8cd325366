import { checkCatalogs, type CatalogsContext } from '../gateway/catalogs/check.ts';
import { describeLeftOut } from '../gateway/catalogs/left-out.ts';
import { checkListing } from '../gateway/listing/check.ts';
import { compileCatalogs } from '../gateway/catalogs/virtual-catalog.ts';
import type { Window } from '../gateway/window.ts';
import type { Problem } from '../policy/problem.ts';
import { view, type View } from '../policy/view.ts';
import { hasUnknownCallers, principalsOf, type Setup } from './check-setup.ts';
import type { Offer } from './policy/offer.ts';

/** What is wrong with virtual catalogs, against what the sources offer or the lock holds of them. */
export function findCatalogProblems(
  { config: { catalogs }, placeOf }: Pick<Setup, 'config' | 'placeOf'>,
  offer: Known,
): Problem[] {
  const { catalog } = offer;
  const ofSettings = checkCatalogs(catalogs, catalog, toContext(placeOf, offer));
  const compiled = compileCatalogs(catalogs);
  const leftOut = [...compiled].flatMap(([name, one]) =>
    describeLeftOut(new Map([[name, one]]), catalog).map((message) => ({
      ...placeOf(['catalogs', name]),
      message,
    })),
  );
  return [...ofSettings, ...leftOut];
}

/** Pinned tools that there are not: nothing else depends on them. */
export function findPinWarnings(
  { config, placeOf }: Pick<Setup, 'config' | 'placeOf'>,
  offer: Known,
): Problem[] {
  return checkListing(config, offer.catalog, toContext(placeOf, offer));
}

type Known = Pick<Offer, 'catalog' | 'locked' | 'fromLock' | 'unknown'>;

function toContext(placeOf: Setup['placeOf'], { locked, fromLock, unknown }: Known): CatalogsContext {
  return {
    placeOf,
    locked,
    withToolsOnly: fromLock.map(({ source }) => source),
    unknown: unknown.map(({ source }) => source),
  };
}

/** Catalogs in which nobody who is configured finds anything: policy opens nothing of what they select. */
export function findEmptyCatalogs(setup: Setup): Problem[] {
  const { config, catalog, policy, isIncomplete, placeOf } = setup;
  // Without any rule, or anybody who is known, that is said of everything.
  if (hasUnknownCallers(setup) || isIncomplete || policy.rules.length === 0) return [];
  const principals = principalsOf(config);
  const views = principals.map((principal) => view(policy, catalog, principal));
  return [...compileCatalogs(config.catalogs)].flatMap(([name, one]) => {
    const window = one.on(catalog);
    if (views.some((each) => showsSomething(each, window))) return [];
    const names = principals.map(({ subject }) => subject).join(', ') || 'nobody';
    const message = `catalogs.${name}: empty for everybody who is configured (${names}): policy opens nothing of what it includes`;
    return [{ ...placeOf(['catalogs', name]), message }];
  });
}

function showsSomething({ tools, resources, templates, prompts }: View, { includes }: Window): boolean {
  return (
    tools.some((tool) => includes({ kind: 'tool', tool })) ||
    resources.some(({ source, uri }) => includes({ kind: 'resource', source, uri })) ||
    templates.some(({ source, uriTemplate }) => includes({ kind: 'resource', source, uri: uriTemplate })) ||
    prompts.some(({ source, name }) => includes({ kind: 'prompt', source, name }))
  );
}
