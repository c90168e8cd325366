import path from 'node:path';
import { toShownName } from '../catalog/names.ts';
import type { Held } from '../lock/compare.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Review } from './hold-back.ts';

/** How many tools one line names. */
const MAX_NAMED = 10;

/**
 * Says which tools are held back: of each definition once, until it is accepted or changes again.
 *
 * @param onFresh Is handed those that were not told before.
 */
export function createHeldTeller(
  logger: Logger,
  onFresh: (review: Review, fresh: readonly Held[]) => void,
): (review: Review, held: readonly Held[]) => void {
  let told = new Set<string>();
  return (review, held) => {
    const keyed = held.map((one) => ({
      one,
      key: `${review.file} ${one.id} ${review.locker.digestOf(one.tool) ?? ''}`,
    }));
    const fresh = keyed.filter(({ key }) => !told.has(key)).map(({ one }) => one);
    told = new Set(keyed.map(({ key }) => key));
    if (fresh.length === 0) return;
    onFresh(review, fresh);
    const named = fresh
      .slice(0, MAX_NAMED)
      .map(({ tool, status }) => `${toShownName(tool.source, tool.name)} (${status})`);
    const more = fresh.length > named.length ? `, and ${fresh.length - named.length} more` : '';
    const name = path.basename(review.file);
    const [what, it] = fresh.length === 1 ? ['1 tool is', 'it is'] : [`${fresh.length} tools are`, 'each is'];
    const why =
      review.text === undefined
        ? `${name}, which the configuration names, does not exist`
        : `${it} new or changed since ${name} was written`;
    logger.warn(
      { held: held.length },
      `${what} held back, because ${why}: ${named.join(', ')}${more}; ` +
        '`bailiwick tools --held` shows what changed, `bailiwick compile --lock` accepts what was reviewed',
    );
  };
}
