import type { Entry } from '../../audit/read/join-calls.ts';
import { paint } from '../terminal.ts';
import {
  describeArguments,
  describeCost,
  describeMilliseconds,
  describeRules,
  describeStatus,
  describeTime,
  describeWhat,
  describeWho,
  styleOfStatus,
} from './describe.ts';
import { describeEvent } from './describe-event.ts';
import { cut, pad } from './safe-text.ts';

const WHO_COLUMNS = 12;
const WHAT_COLUMNS = 30;
const GAP = '  ';

/** An entry on one line: when, who, what, how it ended, how long it took, what it cost, the rules of a refusal, arguments. */
export function toEntryLine(entry: Entry, width: number): string {
  if (entry.kind === 'event') {
    const { record } = entry;
    return cut(
      [describeTime(record.time, width), pad(describeWho(record), WHO_COLUMNS), describeEvent(record)].join(
        GAP,
      ),
      width,
    );
  }
  const { call } = entry;
  const before = [
    describeTime(call.time, width),
    pad(describeWho(call), WHO_COLUMNS),
    pad(describeWhat(call), WHAT_COLUMNS),
    '',
  ];
  const status = describeStatus(call);
  const after = [
    describeMilliseconds(call.result.ms),
    describeCost(call.cost),
    call.refused ? describeRules(call) : '',
    describeArguments(call.args),
  ].filter((part) => part !== '');
  const line = cut([before.join(GAP) + status, ...after].join(GAP), width);
  // The colour comes last: cut before it, a line never loses the end of one.
  const start = before.join(GAP).length;
  if (!line.startsWith(status, start)) return line;
  const end = start + status.length;
  return line.slice(0, start) + paint(styleOfStatus(call.result.status), status) + line.slice(end);
}
