import type { Call } from '../../audit/read/call.ts';
import type { Totals } from '../../audit/read/totals.ts';
import { toUsdText } from '../../text/nano-usd.ts';
import {
  describeCost,
  describeRules,
  describeStatus,
  describeTime,
  describeWhat,
  describeWho,
  shortenId,
  styleOfStatus,
} from './describe.ts';
import type { Column } from './row-table.ts';
import { visible } from './safe-text.ts';

/** One row a call. What matters most stands first: a narrow terminal cuts the end. */
export function callColumns(width: number): readonly Column<Call>[] {
  return [
    { heading: 'TIME', cell: ({ time }) => describeTime(time, width) },
    { heading: 'CALL', cell: ({ call }) => shortenId(call), most: 12 },
    { heading: 'PRINCIPAL', cell: describeWho, most: 20 },
    { heading: 'TOOL', cell: describeWhat, most: 40 },
    {
      heading: 'STATUS',
      cell: describeStatus,
      most: 36,
      style: ({ result }) => styleOfStatus(result.status),
    },
    {
      heading: 'MS',
      cell: ({ result }) => (result.ms === undefined ? '' : String(Math.round(result.ms))),
      side: 'right',
    },
    { heading: 'COST', cell: ({ cost }) => describeCost(cost), side: 'right' },
    { heading: 'ACCESS', cell: ({ target }) => visible(target?.access ?? '') },
    { heading: 'DECISION', cell: ({ decision }) => visible(decision?.effect ?? '') },
    { heading: 'RULES', cell: describeRules },
  ];
}

/** All of them in one line. */
export function describeTotals({ calls, refused, errors, unknown, nanoUsd, first, last }: Totals): string {
  const parts = [
    countText(calls, 'call'),
    `${refused} refused`,
    countText(errors, 'error'),
    ...(unknown > 0 ? [`${unknown} without an outcome`] : []),
    `$${toUsdText(nanoUsd)}`,
  ];
  const span = first === undefined || last === undefined ? '' : `  (${first} to ${last})`;
  return parts.join(', ') + span;
}

export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
