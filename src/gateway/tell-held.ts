import path from 'node:path';
import { toShownName } from '../catalog/names.ts';
import type { Held } from '../lock/compare.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Review } from './hold-back.ts';

/** How many tools one line names. */
const MAX_NAMED = 10;

/** Says which tools are held back: of each definition once, until it is accepted or changes again. */
export function createHeldTeller(logger: Logger): (review: Review, held: readonly Held[]) => void {
  let told = new Set<string>();
  return ({ file, locker }, held) => {
    const keyed = held.map((one) => ({ one, key: `${file} ${one.id} ${locker.digestOf(one.tool) ?? ''}` }));
    const fresh = keyed.filter(({ key }) => !told.has(key)).map(({ one }) => one);
    told = new Set(keyed.map(({ key }) => key));
    if (fresh.length === 0) return;
    const named = fresh
      .slice(0, MAX_NAMED)
      .map(({ tool, status }) => `${toShownName(tool.source, tool.name)} (${status})`);
    const more = fresh.length > named.length ? `, and ${fresh.length - named.length} more` : '';
    const what =
      fresh.length === 1
        ? '1 tool is held back, because it'
        : `${fresh.length} tools are held back, because each`;
    logger.warn(
      { held: held.length },
      `${what} is not in ${path.basename(file)} as it is: ${named.join(', ')}${more}; ` +
        '`bailiwick tools --held` shows why, `bailiwick compile --lock` accepts what was reviewed',
    );
  };
}
