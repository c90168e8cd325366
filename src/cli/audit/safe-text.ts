import { escapeControls } from '../../telemetry/escape.ts';

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Text of somebody else on one line of a terminal: what would steer it, break the line or hide text is made visible. */
export function visible(text: string): string {
  return escapeControls(text.toWellFormed());
}

/** Text that may be written over several lines, like a condition, on one line, likewise. */
export function visibleOnOneLine(text: string): string {
  return visible(text.trim().replaceAll(/\s*\n\s*/g, ' '));
}

/** Text of several lines, likewise. Its lines stay lines, so it may hold no line of somebody else. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** A value as JSON, likewise. In text that parses, the value stays the same. */
export function visibleJson(value: unknown): string {
  try {
    return visible(JSON.stringify(value) ?? 'null');
  } catch {
    // Nested deeper than the stack is high.
    return '"(too deep to be shown)"';
  }
}

/** East Asian wide characters and pictographs take two columns (Unicode Standard Annex 11); marks take none. */
const WIDE =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{17000}-\u{18CFF}\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F900}-\u{1F9FF}\u{1FA70}-\u{1FAFF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\uFE0F/u;

/** How many columns of a terminal a text without controls takes. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7E]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += widthOfGrapheme(segment);
  return width;
}

/** Characters of one column that are looked at: a pile of marks on one letter is cut. */
const MOST_PER_COLUMN = 8;

/** A text in at most so many columns; `…` says that it was cut. */
export function cut(text: string, columns: number): string {
  if (text.length <= columns && widthOf(text) <= columns) return text;
  const graphemes = [...GRAPHEMES.segment(text.slice(0, columns * MOST_PER_COLUMN))];
  let width = 0;
  let end = 0;
  let room = 0;
  for (const { segment, index } of graphemes) {
    width += widthOfGrapheme(segment);
    if (width > columns) return `${text.slice(0, room)}…`;
    end = index + segment.length;
    // One column is kept for the sign that it was cut.
    if (width < columns) room = end;
  }
  return end === text.length ? text : `${text.slice(0, room)}…`;
}

/** A text filled with spaces up to so many columns. */
export function pad(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, columns - widthOf(text)));
  return side === 'left' ? text + spaces : spaces + text;
}

function widthOfGrapheme(grapheme: string): number {
  if (/^[\p{M}\u200E]+$/u.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}
