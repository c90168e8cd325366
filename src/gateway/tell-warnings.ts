import type { Contribution } from '../catalog/entries.ts';
import type { Logger } from '../telemetry/logger.ts';
import { describeLeftOut } from './catalogs/left-out.ts';
import { findSuspicions } from './suspicions.ts';
import type { Landscape } from './window.ts';

/** How many suspicions one change of the offers may be worth. */
const MAX_SUSPICIONS = 50;

/**
 * Logs what was tolerated in the sources, what is suspicious about them together, and what virtual catalogs leave out of what is served: each warning once, and again only after it
 * was gone.
 */
export function createWarningTeller(
  logger: Logger,
): (offered: readonly Contribution[], served?: Landscape, others?: readonly string[]) => void {
  let told = new Set<string>();
  return (offered, served, others = []) => {
    const now = new Set<string>();
    const tell = (fields: object, line: string): void => {
      if (!told.has(line) && !now.has(line)) logger.warn(fields, line);
      now.add(line);
    };
    for (const { source, warnings = [] } of offered) {
      for (const warning of warnings) tell({ source }, `source ${source}: ${warning}`);
    }
    const suspicions = findSuspicions(offered).slice(0, MAX_SUSPICIONS);
    for (const { sources, message } of suspicions) tell({ sources }, message);
    for (const line of others) tell({}, line);
    if (served) for (const line of describeLeftOut(served.catalogs, served.catalog)) tell({}, line);
    told = now;
  };
}
