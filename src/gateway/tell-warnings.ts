import type { Contribution } from '../catalog/entries.ts';
import type { Logger } from '../telemetry/logger.ts';
import { findSuspicions } from './suspicions.ts';

/** How many suspicions one change of the offers may be worth. */
const MAX_SUSPICIONS = 50;

/**
 * Logs what was tolerated in the sources, and what is suspicious about them together: each warning once, and again only after it
 * was gone.
 */
export function createWarningTeller(logger: Logger): (offered: readonly Contribution[]) => void {
  let told = new Set<string>();
  return (offered) => {
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
    told = now;
  };
}
