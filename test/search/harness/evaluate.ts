import type { LabelledQuery, LabelledSet, TaskSet } from './labelled-set.ts';
import { DEPTH, meanOf, rankGroups, scoreQuery, type Figures } from './scoring.ts';
import type { Searchable } from './searchable.ts';

/** How one set is answered. */
export interface SetResult {
  readonly name: string;
  readonly tools: number;
  readonly figures: Figures;
  /** By sort of question and origin of its text, where there are several. */
  readonly parts: readonly { readonly name: string; readonly figures: Figures }[];
  readonly answers: readonly Answer[];
}

export interface Answer {
  readonly query: LabelledQuery;
  readonly found: readonly string[];
  readonly ranks: readonly number[];
}

/** Asks every question of a set. `prefix` stands before the ids that are found, where several sets share an index. */
export function evaluateSet(
  { name, tools, queries }: LabelledSet,
  { find }: Pick<Searchable, 'find'>,
  prefix = '',
): SetResult {
  const answers = queries.map((query): Answer => {
    const groups = query.groups.map((group) => new Set([...group].map((id) => prefix + id)));
    const found = find(query.text, DEPTH);
    return { query, found, ranks: rankGroups(found, groups) };
  });
  const scored = answers.map(({ query, ranks }) => ({ parts: query.parts, figures: scoreQuery(ranks) }));
  const names = [...new Set(scored.flatMap(({ parts }) => parts))].toSorted();
  const parts = names.map((part) => ({
    name: part,
    figures: meanOf(scored.filter((one) => one.parts.includes(part)).map(({ figures }) => figures)),
  }));
  return {
    name,
    tools: tools.length,
    figures: meanOf(scored.map(({ figures }) => figures)),
    parts: parts.filter(({ figures }) => figures.queries < queries.length),
    answers,
  };
}

/** Of what agents asked in tasks, at a depth of `k`: how many questions hit, and how much of each task all of its questions cover. */
export interface TaskResult {
  readonly name: string;
  readonly who: string;
  readonly k: number;
  readonly queries: number;
  readonly tasks: number;
  readonly queryHit: number;
  readonly coverage: number;
}

/** What `answer` finds for the questions of the tasks. */
export function evaluateTasks(
  { name, routes, groups }: TaskSet,
  who: string,
  k: number,
  answer: (route: TaskSet['routes'][number]) => readonly string[],
): TaskResult {
  const found = routes.map((route) => ({ task: route.task, ids: answer(route).slice(0, k) }));
  const hits = found.filter(({ task, ids }) =>
    groups.get(task)?.some((group) => ids.some((id) => group.has(id))),
  );
  const coverages = [...Map.groupBy(found, ({ task }) => task)].map(([task, own]) => {
    const ids = own.flatMap((each) => each.ids);
    const wanted = groups.get(task) ?? [];
    return wanted.filter((group) => ids.some((id) => group.has(id))).length / wanted.length;
  });
  return {
    name,
    who,
    k,
    queries: routes.length,
    tasks: coverages.length,
    queryHit: hits.length / routes.length,
    coverage: coverages.reduce((sum, each) => sum + each, 0) / coverages.length,
  };
}
