import type { Catalog } from '../../catalog/catalog.ts';
import type { VirtualCatalog } from './virtual-catalog.ts';

/** What virtual catalogs select of a catalog and do not show, because its name or what is pinned for it would be a guess. */
export function describeLeftOut(catalogs: ReadonlyMap<string, VirtualCatalog>, catalog: Catalog): string[] {
  return [...catalogs.values()].flatMap((one) =>
    one
      .on(catalog)
      .leftOut.map(
        ({ kind, shownName, reason }) =>
          `catalogs.${one.name}: the ${kind} ${shownName} is left out: it ${reason}`,
      ),
  );
}
