import type { SearchSummary } from '../../audit/searches/summary.ts';
import type { Span } from '../../audit/read/span.ts';
import { addDirectoryOptions, findDirectory, type DirectoryOptions } from '../audit/directory.ts';
import { addCallerFilterOptions, readFilterOptions, type FilterOptions } from '../audit/filter-options.ts';
import { createNoMatch } from '../audit/no-match.ts';
import { toCount } from '../audit/number-option.ts';
import { terminalWidth } from '../audit/row-table.ts';
import { visibleJson } from '../audit/safe-text.ts';
import { createTroubleReport } from '../audit/troubles.ts';
import { createCommand, JSON_OPTION, type AddCommand } from '../command.ts';
import { withProgress, type Terminal } from '../terminal.ts';
import { toHintLines } from './hint-lines.ts';
import { describeSearches } from './report-text.ts';

interface ReportOptions extends FilterOptions, DirectoryOptions {
  readonly within: string;
  readonly top: string;
  readonly json?: boolean;
}

/** The document of `search report --json`: {@link SEARCH_REPORT_SCHEMA} describes it. */
export interface SearchReport extends SearchSummary {
  /** Of the searches: RFC 3339, UTC, milliseconds. Empty where there are none. */
  readonly first: string;
  readonly last: string;
  /** Searches by `bailiwick find`, which are not part of `searches`. */
  readonly byHand: number;
  /** How long after a search a call counts for it. */
  readonly withinMinutes: number;
  /** Hints that would have answered, as a file of hints holds them. Empty where none is missing. */
  readonly hints: string;
}

/** `bailiwick search report`: what came of searches. */
export const addSearchReport: AddCommand = (search, terminal, exit) => {
  const command = createCommand(
    'report',
    'Tell what searches led to: what is found and called, what is asked in vain, and which hints are missing',
    [
      'search report --since 7d',
      'search report --principal support-agent --within 5',
      'search report --since 7d --json | jq -r .hints   # the lines to add',
    ],
  )
    .argument('[dir]', 'the audit directory; the same as --dir')
    .option('--within <minutes>', 'how long after a search a call of the same caller counts for it', '15')
    .option('--top <count>', 'lines of each list; --json has 100', '10')
    .option(...JSON_OPTION)
    .action(async (dir: string | undefined, options: ReportOptions) => {
      const found = await report(terminal, await findDirectory(dir, options), options);
      if (!found) exit(1);
    });
  search.addCommand(addCallerFilterOptions(addDirectoryOptions(command)));
};

/** Entries of each list of the document. */
const MOST_LISTED = 100;

/** Resolves to false where there is no search. */
async function report(terminal: Terminal, directory: string, options: ReportOptions): Promise<boolean> {
  const withinMinutes = toCount('--within', options.within, { least: 1, most: 24 * 60 });
  const top = toCount('--top', options.top, { least: 1, most: MOST_LISTED });
  const { criteria, span, isWanted } = readFilterOptions(options, Date.now());
  const troubles = createTroubleReport(terminal, directory);
  const noMatch = await createNoMatch(criteria);
  const { readSearches } = await import('../../audit/searches/read.ts');
  let searches = 0;
  const reading = readSearches(directory, {
    windowMs: withinMinutes * 60_000,
    now: Date.now(),
    criteria,
    span,
    isWanted,
    onTrouble: troubles.add,
    onEntry: noMatch.onEntry,
    onSearch: () => void (searches += 1),
  });
  const { summary, first, last, byHand } = await withProgress(
    terminal,
    () => `${searches} searches read`,
    reading,
  );
  const limited = limit(summary, options.json ? MOST_LISTED : top);
  const document: SearchReport = {
    first,
    last,
    byHand,
    withinMinutes,
    ...limited,
    hints: toHintLines(limited.missing),
  };
  const isEmpty = summary.searches + summary.folded === 0;
  if (options.json) terminal.out(visibleJson(document));
  else if (!isEmpty) terminal.out(describeSearches(document, summary, terminalWidth()));
  troubles.end();
  if (isEmpty) {
    noMatch.tell(terminal, directory, `no search${describeSpan(span)}`);
    if (!options.json)
      terminal.err(
        `  a search is recorded when an agent calls find_tools${byHand > 0 ? `; ${byHand} by \`bailiwick find\` are not counted` : ''}`,
      );
  }
  return !isEmpty;
}

function limit(summary: SearchSummary, most: number): SearchSummary {
  return {
    ...summary,
    unanswered: summary.unanswered.slice(0, most),
    missing: summary.missing
      .slice(0, most)
      .map((one) => ({ ...one, questions: one.questions.slice(0, MOST_QUESTIONS) })),
    neverCalled: summary.neverCalled.slice(0, most),
    sources: summary.sources.slice(0, most),
  };
}

/** Questions that are told of one entry. */
const MOST_QUESTIONS = 5;

function describeSpan({ since, until }: Span): string {
  return `${since === undefined ? '' : ` since ${since}`}${until === undefined ? '' : ` until ${until}`}`;
}
