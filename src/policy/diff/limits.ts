import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { CompiledLimit, Limit } from '../limit.ts';
import { toLimitMeaning } from '../policy-set.ts';
import type { LimitChange } from './difference.ts';

/** Limits that came, went or say something else, by their ids. One under another id is another: its counts begin anew. */
export function compareLimits(
  before: readonly CompiledLimit[],
  after: readonly CompiledLimit[],
): LimitChange[] {
  const [then, now] = [before, after].map((limits) => new Map(limits.map((limit) => [limit.id, limit])));
  const ids = [...new Set([...before, ...after].map(({ id }) => id))].toSorted();
  return ids.flatMap((id): LimitChange[] => {
    const [old, young] = [then?.get(id), now?.get(id)];
    if (old === undefined)
      return young ? [{ id, change: 'added', after: said(young), at: young.positionOf([]) }] : [];
    if (young === undefined) return [{ id, change: 'removed', before: said(old), at: old.positionOf([]) }];
    if (meaningOf(old) === meaningOf(young)) return [];
    return [{ id, change: 'changed', before: said(old), after: said(young), at: young.positionOf([]) }];
  });
}

function meaningOf(limit: Limit): string {
  return toCanonicalJson(toLimitMeaning(limit));
}

function said({ who, what, measures }: Limit): Pick<Limit, 'who' | 'what' | 'measures'> {
  return { ...(who && { who }), ...(what && { what }), measures };
}
