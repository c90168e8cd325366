import type { Activity, Counted, ToolActivity } from '../../audit/read/activity.ts';
import { toUsdText } from '../../text/nano-usd.ts';
import { paint } from '../terminal.ts';
import { describeTotals } from './call-table.ts';
import { createRowTable, terminalWidth, type Column } from './row-table.ts';
import { pad, visible } from './safe-text.ts';

/** Names of one list that are shown. */
const MOST_SHOWN = 10;

const NAME_COLUMNS = 11;

const TOOL_COLUMNS: readonly Column<ToolActivity>[] = [
  { heading: 'TOOL', cell: ({ name }) => visible(name), most: 48 },
  { heading: 'ACCESS', cell: ({ access }) => visible(access) },
  { heading: 'CALLS', cell: ({ calls }) => String(calls), side: 'right' },
  { heading: 'REFUSED', cell: ({ refused }) => String(refused), side: 'right' },
  { heading: 'ERRORS', cell: ({ errors }) => String(errors), side: 'right' },
  { heading: 'COST', cell: ({ nanoUsd }) => `$${toUsdText(nanoUsd)}`, side: 'right' },
];

/** Who it was, and what it comes to: by tool, and refusals by rule. */
export function describeActivity(activity: Activity): string {
  const facts = [
    toFact('principal', activity.principals),
    toFact('client', activity.clients),
    toFact('address', activity.addresses),
    toFact('session', activity.sessions),
    toFact('refused by', activity.denials),
    toFact('other', activity.others),
  ].filter((fact) => fact !== '');
  const table = createRowTable(TOOL_COLUMNS, terminalWidth());
  const rows = activity.tools.slice(0, MOST_SHOWN * 5).flatMap((tool) => table.add(tool));
  const lines = [...rows, ...table.end()];
  const left = activity.tools.length - MOST_SHOWN * 5;
  return [
    paint('bold', describeTotals(activity.totals)),
    ...facts,
    ...(lines.length > 0 ? ['', ...lines] : []),
    ...(left > 0 ? [`and ${left} more`] : []),
  ].join('\n');
}

/** One line, each name with how often, where there are several. */
function toFact(heading: string, counted: readonly Counted[]): string {
  if (counted.length === 0) return '';
  const isAlone = counted.length === 1 && heading !== 'refused by' && heading !== 'other';
  const shown = counted
    .slice(0, MOST_SHOWN)
    .map(({ name, count }) => (isAlone ? visible(name) : `${visible(name)} ×${count}`));
  const left = counted.length - shown.length;
  return `  ${pad(heading, NAME_COLUMNS)}${shown.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}
