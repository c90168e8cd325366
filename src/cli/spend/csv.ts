import { toUsdText } from '../../text/nano-usd.ts';
import { visible } from '../audit/safe-text.ts';
import { toCsvLine } from '../csv.ts';
import { membersOf, type Dimension } from './dimensions.ts';
import type { Spend } from './read-spend.ts';

/**
 * Spend as CSV with a heading. Names are somebody else's: their control characters are written as `\uXXXX`, so that a line
 * is a row.
 */
export function toCsv(spend: Spend, by: readonly Dimension[]): string {
  const members = membersOf(by);
  const heading = [...members, 'calls', 'inputTokens', 'outputTokens', 'usd', 'lost', 'bound'];
  const rows = spend.groups.map(({ values, sums }) => [
    ...members.map((member) => visible(values[member] ?? '')),
    String(sums.calls),
    String(sums.inputTokens),
    String(sums.outputTokens),
    toUsdText(sums.nanoUsd),
    String(sums.lost),
    String(sums.bound),
  ]);
  return [heading, ...rows].map(toCsvLine).join('');
}
