import type { Entry } from '../../audit/read/join-calls.ts';
import type { Call } from '../../audit/read/call.ts';
import { paint } from '../terminal.ts';
import {
  describeArguments,
  describeCost,
  describeMilliseconds,
  describeRules,
  describeStatus,
  describeWhat,
  entryOf,
  shortenId,
  styleOfStatus,
} from './describe.ts';
import { describeEvent } from './describe-event.ts';
import { cut, visible } from './safe-text.ts';

/** A silence of this many milliseconds is worth a line. */
const GAP_MS = 5 * 60_000;

/** Arguments take no more columns than this: `audit show` has them whole. */
const ARGUMENT_COLUMNS = 80;

/** Entries in the order in which they began: days, sessions and silences between them are said. */
export function describeTimeline(
  entries: readonly Entry[],
  { width, dropped }: { width: number; dropped: number },
): string {
  const lines =
    dropped > 0 ? [paint('dim', `${dropped} earlier entries are counted above, and not told`)] : [];
  const depths = new Map<string, number>();
  let day = '';
  let session: string | undefined;
  let who: string | undefined;
  let before = Number.NaN;
  for (const entry of entries) {
    const { time, via, principal, call, parent } = entryOf(entry);
    const now = Date.parse(time);
    if (now - before >= GAP_MS)
      lines.push(paint('dim', `  … ${describeSpan(now - before)} without a record`));
    before = now;
    if (time.slice(0, 10) !== day) {
      day = time.slice(0, 10);
      lines.push(paint('bold', day));
    }
    if (via && (via.session !== session || principal?.subject !== who)) {
      session = via.session;
      who = principal?.subject;
      lines.push(paint('dim', cut(describeDoor(entry), width)));
    }
    const depth = parent === undefined ? 0 : Math.min((depths.get(parent) ?? 0) + 1, 10);
    if (call !== undefined && (depth > 0 || entry.kind === 'call')) depths.set(call, depth);
    lines.push(toLine(entry, time.slice(11), depth, width));
  }
  return lines.join('\n');
}

/** Who came through which door. */
function describeDoor(entry: Entry): string {
  const { principal, via } = entryOf(entry);
  const { face = '', era, session, clientName, clientVersion, ip } = via ?? {};
  const parts = [
    principal?.subject ?? '(nobody)',
    [face, era].filter((part) => part !== undefined).join(' '),
    [clientName, clientVersion].filter((part) => part !== undefined).join(' '),
    ip ?? '',
    session === undefined ? '' : `session ${session}`,
  ];
  return `  ${visible(parts.filter((part) => part !== '').join('; '))}`;
}

function toLine(entry: Entry, time: string, depth: number, width: number): string {
  const start = `  ${time}  ${depth > 0 ? `${'  '.repeat(depth - 1)}└ ` : ''}`;
  if (entry.kind === 'event') return cut(start + describeEvent(entry.record), width);
  const { call } = entry;
  const what = [describeWhat(call), cut(describeArguments(call.args), ARGUMENT_COLUMNS)];
  const text = start + join(what);
  const status = toStatus(call);
  const rest = join([
    describeMilliseconds(call.result.ms),
    describeCost(call.cost),
    call.refused ? describeRules(call) : '',
    shortenId(call.call),
  ]);
  const line = cut(join([text, status, rest]), width);
  const from = text.length + 2;
  if (!line.startsWith(status, from)) return line;
  return (
    line.slice(0, from) + paint(styleOfStatus(call.result.status), status) + line.slice(from + status.length)
  );
}

/** A refusal by policy is what a reader looks for. */
function toStatus(call: Call): string {
  return call.refused ? describeStatus(call).toUpperCase() : describeStatus(call);
}

function join(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('  ');
}

function describeSpan(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
