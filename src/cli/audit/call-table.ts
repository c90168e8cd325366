import type { Call } from '../../audit/read/call.ts';
import { compareShadow } from '../../audit/read/compare-shadow.ts';
import type { Totals } from '../../audit/read/totals.ts';
import { toUsdText } from '../../text/nano-usd.ts';
import {
  describeCost,
  describeRules,
  describeShadowEffect,
  describeShadowRules,
  describeStatus,
  describeTime,
  describeWhat,
  describeWho,
  shortenId,
  styleOfStatus,
} from './describe.ts';
import type { Style } from '../terminal.ts';
import type { Column } from './row-table.ts';
import { visible } from './safe-text.ts';

/** One row a call. What matters most stands first: a narrow terminal cuts the end. */
export function callColumns(width: number, { shadow = false } = {}): readonly Column<Call>[] {
  return [
    { heading: 'TIME', cell: ({ time }) => describeTime(time, width) },
    { heading: 'CALL', cell: ({ call }) => shortenId(call), most: 12 },
    { heading: 'PRINCIPAL', cell: describeWho, most: 20 },
    { heading: 'TOOL', cell: describeWhat, most: 40 },
    ...(shadow ? SHADOW_COLUMNS : []),
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

/** What the shadow policies decide, beside what was decided. */
const SHADOW_COLUMNS: readonly Column<Call>[] = [
  { heading: 'SHADOW', cell: describeShadowEffect, most: 24, style: styleOfShadow },
  { heading: 'SHADOW RULES', cell: describeShadowRules, most: 48 },
];

function styleOfShadow(call: Call): Style | undefined {
  const compared = compareShadow(call);
  return compared && ({ gain: 'green', loss: 'red', change: 'yellow' } as const)[compared];
}

/** All of them in one line. */
export function describeTotals(totals: Totals): string {
  const { calls, refused, errors, unknown, nanoUsd, first, last } = totals;
  const parts = [
    countText(calls, 'call'),
    `${refused} refused`,
    countText(errors, 'error'),
    ...(unknown > 0 ? [`${unknown} without an outcome`] : []),
    `$${toUsdText(nanoUsd)}`,
    ...describeShadowTotals(totals),
  ];
  const span = first === undefined || last === undefined ? '' : `  (${first} to ${last})`;
  return parts.join(', ') + span;
}

function describeShadowTotals({ shadowGains, shadowLosses, shadowChanges }: Totals): string[] {
  if (shadowGains + shadowLosses + shadowChanges === 0) return [];
  const other = shadowChanges === 0 ? '' : ` and ${shadowChanges} otherwise`;
  return [`in the shadow ${shadowGains} gained, ${shadowLosses} lost${other}`];
}

export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
