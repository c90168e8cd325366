import { toUsdText } from '../../text/nano-usd.ts';
import { toAmount } from './budget-text.ts';
import type { BudgetState } from './budgets.ts';
import type { DaySpan } from './days.ts';
import { membersOf, type Dimension } from './dimensions.ts';
import type { Sums } from './read-row.ts';
import type { Spend } from './read-spend.ts';

/** Sums of calls. Money is the exact decimal number of USD. */
export interface SumsDocument {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: string;
  readonly lost: number;
  readonly bound: number;
}

/** `bailiwick spend --json`. */
export interface SpendDocument extends DaySpan {
  readonly timeZone: string;
  readonly by: readonly Dimension[];
  /** Names (null: has none) and sums. */
  readonly rows: readonly (SumsDocument & Readonly<Record<string, string | number | null>>)[];
  readonly total: SumsDocument;
  readonly unreadable: number;
}

/** `bailiwick spend --budgets --json`. */
export interface BudgetsDocument {
  readonly at: string;
  readonly budgets: readonly {
    readonly limit: string;
    readonly by: BudgetState['measure']['by'];
    readonly subject: Readonly<Record<string, string | null>>;
    readonly unit: BudgetState['measure']['unit'];
    readonly per: BudgetState['measure']['per'];
    readonly mode: BudgetState['measure']['mode'];
    readonly amount: string;
    readonly spent: string;
    readonly held: string;
    readonly resetsAt: string;
    readonly timeZone: string;
  }[];
}

export function toSpendDocument(
  spend: Spend,
  { by, span, timeZone }: { by: readonly Dimension[]; span: DaySpan; timeZone: string },
): SpendDocument {
  const members = membersOf(by);
  return {
    ...span,
    timeZone,
    by,
    rows: spend.groups.map(({ values, sums }) => ({
      ...Object.fromEntries(members.map((member) => [member, values[member] ?? null])),
      ...toSums(sums),
    })),
    total: toSums(spend.total),
    unreadable: spend.unreadable,
  };
}

function toSums({ calls, inputTokens, outputTokens, nanoUsd, lost, bound }: Sums): SumsDocument {
  return {
    calls: Number(calls),
    inputTokens: Number(inputTokens),
    outputTokens: Number(outputTokens),
    usd: toUsdText(nanoUsd),
    lost: Number(lost),
    bound: Number(bound),
  };
}

/** What a budget's subject is made of. */
const SUBJECT_MEMBERS = {
  rule: [],
  principal: ['issuer', 'subject'],
  team: ['team'],
  key: ['key'],
  client: ['client'],
  source: ['source'],
  tool: ['source', 'name'],
  model: ['model'],
} as const satisfies Record<BudgetState['measure']['by'], readonly string[]>;

export function toBudgetsDocument(states: readonly BudgetState[], now: number): BudgetsDocument {
  return {
    at: new Date(now).toISOString(),
    budgets: states.map(({ limit, measure, subject, spent, held, resetsAt, timeZone }) => {
      const { by, unit, per, mode, amount } = measure;
      const members = SUBJECT_MEMBERS[by].map((member, index) => [member, subject[index] ?? null]);
      return {
        limit,
        by,
        subject: Object.fromEntries(members) as Record<string, string | null>,
        unit,
        per,
        mode,
        amount: toAmount(unit, amount),
        spent: toAmount(unit, spent),
        held: toAmount(unit, held),
        resetsAt: new Date(resetsAt).toISOString(),
        timeZone,
      };
    }),
  };
}
