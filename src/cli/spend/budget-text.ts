import { describeMeasure } from '../../gateway/ledger/describe-limit.ts';
import { toUsdText } from '../../text/nano-usd.ts';
import { visible } from '../audit/safe-text.ts';
import { toCsvLine } from '../csv.ts';
import { paint } from '../terminal.ts';
import type { BudgetState } from './budgets.ts';
import { toCell, toShare } from './cells.ts';
import { toPrincipalName } from './dimensions.ts';
import { align } from './spend-text.ts';

/** Budgets as a table: the fullest first. */
export function describeBudgets(states: readonly BudgetState[], nameColumns: number): string {
  if (states.length === 0) {
    return 'no budget is in force: no policy and no key has a limit with a budget';
  }
  const rows = states.toSorted(byFullness).map((state) => {
    const { measure, spent, held } = state;
    const used = BigInt(spent) + BigInt(held);
    return [
      toCell(state.limit, nameColumns),
      toCell(toWho(state), nameColumns),
      `${describeMeasure(measure)}${measure.mode === 'soft' ? ', soft' : ''}`,
      toLocalTime(state),
      toAmount(measure.unit, spent),
      toAmount(measure.unit, held),
      toShare(used, BigInt(measure.amount)),
    ];
  });
  const heading = ['LIMIT', 'WHO', 'AMOUNT', 'RESETS', 'SPENT', 'HELD', 'USED'];
  const [head = '', ...body] = align([heading, ...rows], 4);
  return [paint('bold', head), ...body].join('\n');
}

/** Budgets as CSV, of the same form as spend. */
export function toBudgetCsv(states: readonly BudgetState[]): string {
  const heading = ['limit', 'by', 'who', 'unit', 'per', 'mode', 'amount', 'spent', 'held', 'resetsAt'];
  const rows = states.map(({ limit, measure, subject, spent, held, resetsAt }) => {
    const { by, unit, per, mode, amount } = measure;
    const amounts = [amount, spent, held].map((value) => toAmount(unit, value));
    const who = subject.map((part) => part ?? '').join('#');
    return [limit, by, visible(who), unit, per, mode, ...amounts, new Date(resetsAt).toISOString()];
  });
  return [heading, ...rows].map(toCsvLine).join('');
}

/** An amount of a unit, money in USD. */
export function toAmount(unit: BudgetState['measure']['unit'], amount: number): string {
  return unit === 'usd' ? toUsdText(amount) : String(amount);
}

function toWho({ measure: { by }, subject, isForEveryone }: BudgetState): string {
  if (by === 'rule') return isForEveryone ? 'all together' : 'all it is about';
  const [first, second] = subject;
  if (first === undefined) return `without ${by}`;
  if (second === undefined) return `${by} ${first}`;
  if (by === 'tool') return `tool ${first}/${second}`;
  return `${by} ${toPrincipalName({ issuer: first, subject: second })}`;
}

function byFullness(a: BudgetState, b: BudgetState): number {
  return fullnessOf(b) - fullnessOf(a) || (a.limit < b.limit ? -1 : a.limit > b.limit ? 1 : 0);
}

function fullnessOf({ spent, held, measure }: BudgetState): number {
  return measure.amount === 0 ? Number(spent + held > 0) : (spent + held) / measure.amount;
}

/** `2026-12-01 00:00 Europe/Berlin`. */
function toLocalTime({ resetsAt, timeZone }: BudgetState): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return `${format.format(resetsAt)} ${timeZone}`;
}
