import { toShownName } from '../../catalog/names.ts';
import type { Asked } from '../../audit/searches/asked.ts';
import type { SearchSummary } from '../../audit/searches/summary.ts';
import { createRowTable, type Column } from '../audit/row-table.ts';
import { visible } from '../audit/safe-text.ts';
import { paint } from '../terminal.ts';
import type { SearchReport } from './report.ts';

/**
 * A report for people, who read it from the top: what searches led to, what to do about it, then the rest.
 *
 * @param whole the same summary with its lists as long as they are
 */
export function describeSearches(report: SearchReport, whole: SearchSummary, width: number): string {
  const { unanswered, neverCalled, sources, hints } = report;
  return [
    describeSums(report),
    section(
      'ASKED IN VAIN: nothing was called that was told',
      unanswered,
      whole.unanswered,
      width,
      QUESTIONS,
    ),
    describeMissing(report, whole),
    section('TOLD OFTEN AND NEVER CALLED', neverCalled, whole.neverCalled, width, NEVER_CALLED),
    section('BY SOURCE', sources, whole.sources, width, SOURCES),
    hints === ''
      ? ''
      : `${paint('bold', 'TO ADD TO A FILE LIKE hints/asked.hints.yaml, when you have read it')}\n${hints.trimEnd()}`,
    describeLeftOut(whole),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function describeSums(report: SearchReport): string {
  const { searches, led, ranks, foundNothing, folded, byHand, withoutQuestions, withinMinutes, first, last } =
    report;
  const line = (what: string, number: number, more = ''): string =>
    `  ${what.padEnd(44)}${String(number).padStart(7)}${share(number, searches)}${more}`;
  const places =
    led.told === 0
      ? ''
      : `   ${share(ranks.first, led.told).trim()} the first told, ${share(ranks.topFive, led.told).trim()} among the first five`;
  return [
    `${searches} ${searches === 1 ? 'search' : 'searches'} from ${first.slice(0, 16)}Z to ${last.slice(0, 16)}Z; a call counts for a search where the same caller makes it within ${withinMinutes} minutes`,
    '',
    line('led to a call of something that they told', led.told, places),
    line('led to calls of other things alone', led.otherwise),
    line('led to nothing', led.nothing),
    ...(led.open > 0 ? [line('are too young to be known', led.open)] : []),
    line('found nothing', foundNothing),
    ...(folded > 0 ? [`  and ${folded} more in floods, of which the record keeps the number alone`] : []),
    ...(byHand > 0 ? [`  and ${byHand} by \`bailiwick find\`, which are not counted`] : []),
    ...(withoutQuestions > 0
      ? [
          `  of ${withoutQuestions} the record holds no question (audit.arguments: digest), so nobody can say what was asked in vain`,
        ]
      : []),
  ].join('\n');
}

function share(part: number, of: number): string {
  return of === 0 ? '' : `${Math.round((part / of) * 100)} %`.padStart(6);
}

const QUESTIONS: readonly Column<Asked>[] = [
  { heading: 'TIMES', cell: ({ times }) => String(times), side: 'right' },
  { heading: 'FOUND NOTHING', cell: ({ empty }) => String(empty || ''), side: 'right' },
  { heading: 'QUESTION', cell: ({ question }) => visible(question) },
];

const NEVER_CALLED: readonly Column<SearchSummary['neverCalled'][number]>[] = [
  { heading: 'TOLD', cell: ({ told }) => String(told), side: 'right' },
  { heading: 'FIRST', cell: ({ first }) => String(first || ''), side: 'right' },
  { heading: 'WHAT', cell: ({ target }) => describeTarget(target) },
];

const SOURCES: readonly Column<SearchSummary['sources'][number]>[] = [
  { heading: 'SOURCE', cell: ({ source }) => visible(source) },
  { heading: 'TOLD', cell: ({ told }) => String(told), side: 'right' },
  { heading: 'CALLED', cell: ({ called }) => String(called), side: 'right' },
  { heading: 'CALLED UNTOLD', cell: ({ otherwise }) => String(otherwise), side: 'right' },
];

function section<Row>(
  heading: string,
  rows: readonly Row[],
  all: readonly Row[],
  width: number,
  columns: readonly Column<Row>[],
): string {
  if (rows.length === 0) return '';
  const table = createRowTable(columns, width);
  const lines = [...rows.flatMap((row) => table.add(row)), ...table.end()];
  return [paint('bold', heading), ...lines, ...describeRest(rows, all)].join('\n');
}

function describeMissing({ missing }: SearchReport, whole: SearchSummary): string {
  if (missing.length === 0) return '';
  const lines = missing.map(({ target, searches, questions }) => {
    const asked = questions.map(({ question }) => `"${visible(question)}"`).join(', ');
    const after = asked === '' ? 'questions that were not recorded' : asked;
    return `${describeTarget(target)} was called after ${after}${searches > 1 ? ` (${searches} searches)` : ''}`;
  });
  return [
    paint('bold', 'HINTS ARE MISSING: called after a search that did not tell it'),
    ...lines,
    ...describeRest(missing, whole.missing),
  ].join('\n');
}

function describeRest(shown: readonly unknown[], all: readonly unknown[]): string[] {
  const left = all.length - shown.length;
  return left > 0 ? [`… and ${left} more (--top)`] : [];
}

function describeLeftOut({ leftOut }: SearchSummary): string {
  return leftOut === 0
    ? ''
    : `${leftOut} questions and entries are in the sums and not in the lists, there are too many; ask for less, e.g. --since 1d`;
}

/** A tool by the name that `/mcp` shows. */
function describeTarget(target: string): string {
  const slash = target.indexOf('/');
  const isTool = slash > 0 && !target.slice(0, slash).includes(' ');
  return visible(isTool ? toShownName(target.slice(0, slash), target.slice(slash + 1)) : target);
}
