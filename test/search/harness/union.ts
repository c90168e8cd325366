import type { LabelledSet, LabelledTool } from './labelled-set.ts';

/** What stands before the ids of a set where sets are put together. */
export function prefixOf({ name }: Pick<LabelledSet, 'name'>): string {
  return `${name}/`;
}

/** The tools of all sets as one catalogue. */
export function uniteSets(sets: readonly LabelledSet[]): LabelledTool[] {
  return sets.flatMap((set) => set.tools.map((tool) => ({ ...tool, id: prefixOf(set) + tool.id })));
}
