import type { Contribution, Loss, Skip } from '../catalog/entries.ts';
import type { LossReason, SkipReason } from '../compile/openapi/reasons.ts';
import type { Problem } from '../policy/problem.ts';
import type { Setup } from './check-setup.ts';
import { count } from './lock-text.ts';

/** Reasons that say: a setting was written and has no effect, or one is missing. The others are facts of a document. */
const OF_SETTINGS: ReadonlySet<string> = new Set<LossReason | SkipReason>([
  'external-reference',
  'name-taken',
  'unknown-media-type',
  'unusable-extension',
  'unusable-value',
]);

/** How many oddities of one document are said; a document may have many. */
const SHOWN = 5;

/** What the sources' settings say in vain, and what was tolerated in their documents: one warning for each reason of a source. */
export function findLosses({ catalog, placeOf }: Pick<Setup, 'catalog' | 'placeOf'>): Problem[] {
  return catalog.contributions.flatMap((contribution) =>
    describe(contribution).map((what) => ({
      ...placeOf(['sources', contribution.source]),
      message: `sources.${contribution.source}: ${what}`,
    })),
  );
}

function describe({ source, skipped, lossy, warnings = [] }: Contribution): string[] {
  return [
    ...warnings.slice(0, SHOWN),
    ...(warnings.length > SHOWN ? [andMore(source, warnings.length - SHOWN)] : []),
    ...Map.groupBy(
      [...skipped, ...lossy].filter(({ reason }) => OF_SETTINGS.has(reason)),
      ({ reason }) => reason,
    )
      .values()
      .flatMap((rows) => toSentence(source, rows)),
  ];
}

function toSentence(source: string, rows: readonly (Loss | Skip)[]): string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const others = rows.length === 1 ? '' : `; ${andMore(source, rows.length - 1)}`;
  return [`${first.reason} at ${first.operation}: ${first.detail}${others}`];
}

function andMore(source: string, number: number): string {
  return `and ${count(number, 'more row')}: \`bailiwick compile --report --source ${source}\``;
}
