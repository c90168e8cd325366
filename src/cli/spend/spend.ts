import { createCalendar } from '../../gateway/ledger/calendar.ts';
import { BailiwickError } from '../../errors.ts';
import { loadPolicies } from '../../policy/load.ts';
import type { Store } from '../../state/store.ts';
import { toCount } from '../audit/number-option.ts';
import {
  CONFIG_OPTION,
  createCommand,
  JSON_OPTION,
  loadForCommand,
  LOG_OPTION,
  type AddCommand,
} from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { describeBudgets, toBudgetCsv } from './budget-text.ts';
import { readBudgets } from './budgets.ts';
import { chartSpend, PLAIN_WIDTH, withEmptyDays } from './chart.ts';
import { toCsv } from './csv.ts';
import { daysOf, toDaySpan } from './days.ts';
import { toDimensions, type Dimension } from './dimensions.ts';
import { addSpendFilters, toSpendFilter, type SpendFilters } from './filters.ts';
import { readKeyLimits } from './key-limits.ts';
import { openSpendStore } from './open-spend-store.ts';
import { readSpend } from './read-spend.ts';
import { toBudgetsDocument, toSpendDocument } from './spend-document.ts';
import { describeSpend, type SpendText } from './spend-text.ts';

interface SpendOptions extends SpendFilters {
  readonly config: string;
  readonly logLevel?: string;
  readonly by?: string;
  readonly from?: string;
  readonly to?: string;
  readonly top?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly chart?: boolean;
  readonly budgets?: boolean;
}

/** What goes with `--budgets`. */
const OF_BUDGETS: ReadonlySet<string> = new Set(['budgets', 'json', 'csv', 'config', 'logLevel']);

const MOST_SHOWN = 100_000;

/** Columns that a name takes at most on a terminal. */
const NAME_COLUMNS = 40;
const LEAST_NAME_COLUMNS = 12;

/** Columns for calls, tokens, money and share. */
const NUMBER_COLUMNS = 44;

/** `bailiwick spend`: what was spent, by whom and on what; and how full the budgets are. */
export const addSpend: AddCommand = (program, terminal) => {
  const command = createCommand(
    'spend',
    'Say what was spent: calls, tokens and money, and how full the budgets are',
    [
      'spend                                     # this month, by principal',
      'spend --by team,tool --from 2026-10 --to 2026-10',
      'spend --by day --team customer-care --chart',
      'spend --by day,principal --csv > spend.csv',
      'spend --budgets                           # what is left of each budget, and until when',
    ],
  )
    .option(
      '--by <names>',
      'what to tell apart, one or several: team, principal, key, client, source, tool, model, day (default: principal; of a chart, day)',
    )
    .option(
      '--from <day>',
      'the first day: 2026-11-21, 2026-11, today or yesterday (default: the first of the month)',
    )
    .option('--to <day>', 'the last day, in the same forms (default: today)')
    .option('--top <number>', 'lines of a table or chart; what is beyond is added up (default: 50)')
    .option('--budgets', 'how full the budgets in force are')
    .option('--chart', 'bars instead of numbers alone')
    .option('--csv', 'comma-separated values (RFC 4180), money in USD')
    .option(...JSON_OPTION)
    .option(...CONFIG_OPTION)
    .option(...LOG_OPTION);
  addSpendFilters(command).action(async (options: SpendOptions) => {
    refuseContradictions(options);
    const { loaded, logger } = await loadForCommand(options);
    const now = Date.now();
    const { timeZone } = loaded.config.ledger;
    const today = createCalendar(timeZone).periodAt('day', now).id;
    const span = toDaySpan(options, today);
    const by = toDimensions(options.by, options.chart ? 'day' : 'principal');
    const top = toCount('--top', options.top ?? '50', { least: 1, most: MOST_SHOWN });
    const store = await openSpendStore(loaded.config.state, terminal, { logger, now: Date.now });
    try {
      if (options.budgets) {
        const { limits } = loadPolicies(loaded.policyFiles);
        const all = [...limits, ...(await readKeyLimits(store, now))];
        showBudgets(terminal, await readBudgets(store, { limits: all, now, timeZone }), { ...options, now });
      } else {
        await showSpend(terminal, store, { options, now, timeZone, span, by, top });
      }
    } finally {
      await store.close();
    }
  });
  program.addCommand(command);
};

function refuseContradictions(options: SpendOptions): void {
  const { json, csv, chart, budgets } = options;
  const forms = Object.entries({ json, csv, chart }).flatMap(([name, isGiven]) =>
    isGiven ? [`--${name}`] : [],
  );
  if (forms.length > 1) throw new BailiwickError('USAGE', `${forms.join(' and ')}: choose one of them`);
  const idle = Object.keys(options).filter((name) => !OF_BUDGETS.has(name));
  if (budgets && idle.length > 0) {
    throw new BailiwickError(
      'USAGE',
      `--budgets is about this moment and about every budget: it goes with --json or --csv alone, not with ${idle.map((name) => `--${name}`).join(', ')}`,
    );
  }
}

function showBudgets(
  terminal: Terminal,
  states: Awaited<ReturnType<typeof readBudgets>>,
  { json, csv, now }: { json?: boolean; csv?: boolean; now: number },
): void {
  if (json) terminal.out(JSON.stringify(toBudgetsDocument(states, now), undefined, 2));
  else if (csv) terminal.stream.write(toBudgetCsv(states));
  else terminal.out(describeBudgets(states, nameColumns(3)));
}

interface Wanted {
  readonly options: SpendOptions;
  readonly now: number;
  readonly timeZone: string;
  readonly span: ReturnType<typeof toDaySpan>;
  readonly by: readonly Dimension[];
  readonly top: number;
}

async function showSpend(
  terminal: Terminal,
  store: Store,
  { options, now, timeZone, span, by, top }: Wanted,
): Promise<void> {
  const days = daysOf(span);
  const spend = await readSpend(store, { days, by, now, isWanted: toSpendFilter(options) });
  if (options.json) {
    terminal.out(JSON.stringify(toSpendDocument(spend, { by, span, timeZone }), undefined, 2));
    return;
  }
  if (options.csv) {
    terminal.stream.write(toCsv(spend, by));
    return;
  }
  const when = `${span.from === span.to ? span.from : `${span.from} to ${span.to}`} (${timeZone})`;
  if (spend.groups.length === 0) {
    terminal.out(`nothing was spent ${when}`);
    return;
  }
  const text: SpendText = { spend, by, when, top, nameColumns: nameColumns(by.length) };
  if (!options.chart) terminal.out(describeSpend(text));
  else {
    const isByDay = by.length === 1 && by[0] === 'day';
    const drawn = isByDay ? { ...text, spend: withEmptyDays(spend, days), top: days.length } : text;
    const width = process.stdout.isTTY ? process.stdout.columns : PLAIN_WIDTH;
    terminal.out(chartSpend({ ...drawn, nameColumns: Math.floor(NAME_COLUMNS / by.length) }, width));
  }
}

/** Names share what the numbers leave of a terminal. A reader that is a program is shown whole names. */
function nameColumns(names: number): number {
  if (!process.stdout.isTTY) return Infinity;
  const room = Math.floor((process.stdout.columns - NUMBER_COLUMNS) / names);
  return Math.min(NAME_COLUMNS, Math.max(LEAST_NAME_COLUMNS, room));
}
