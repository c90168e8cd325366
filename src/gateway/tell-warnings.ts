import type { Contribution } from '../catalog/entries.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Logs what was tolerated in the sources: each warning once, and again only after it was gone. */
export function createWarningTeller(logger: Logger): (offered: readonly Contribution[]) => void {
  let told = new Set<string>();
  return (offered) => {
    const now = new Set<string>();
    for (const { source, warnings = [] } of offered) {
      for (const warning of warnings) {
        const line = `source ${source}: ${warning}`;
        if (!told.has(line) && !now.has(line)) logger.warn({ source }, line);
        now.add(line);
      }
    }
    told = now;
  };
}
