import type { Json } from '../catalog/json.ts';
import { escapeControls } from '../telemetry/escape.ts';
import type { Change } from './difference.ts';

/** The longest value, in characters, that is shown whole. */
const MAX_SHOWN = 240;

/** What of an equal beginning or end is shown beside the part that differs. */
const CONTEXT = 20;

/**
 * A change in one line: `+` what is new, `-` what is gone, `~` before → after. Long texts are cut around the part that
 * differs, so that no cut hides it; what a terminal would act on is escaped.
 */
export function describeChange({ pointer, before, after }: Change): string {
  const at = escapeControls(pointer || '/');
  // A digest tells a reader nothing.
  if (pointer === '/validation')
    return `~ ${at}  arguments are checked otherwise, in a part that clients are not shown`;
  if (before === undefined) return `+ ${at}  ${show(after)}`;
  if (after === undefined) return `- ${at}  ${show(before)}`;
  if (typeof before === 'string' && typeof after === 'string') {
    const [old, now] = excerpts(before, after);
    return `~ ${at}  ${show(old)} → ${show(now)}`;
  }
  return `~ ${at}  ${show(before)} → ${show(after)}`;
}

function show(value: Json | undefined): string {
  const text = escapeControls(JSON.stringify(value ?? null));
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 1)}…`;
}

/** The two texts without all but a little of what they begin and end with alike. */
function excerpts(before: string, after: string): [string, string] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const cut = (text: string): string => {
    const from = Math.max(0, head - CONTEXT);
    const to = Math.min(text.length, text.length - tail + CONTEXT);
    return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`.toWellFormed();
  };
  return [cut(before), cut(after)];
}
