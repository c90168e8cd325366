/** The longest description that is passed on, in UTF-16 code units. */
export const MAX_DESCRIPTION_LENGTH = 4096;

/**
 * Terminal sequences (ECMA-48): CSI, then OSC / DCS / SOS / PM / APC up to their terminator, then the short ones. None has the beginning
 * of another one inside, so that the time to read a text grows with its length alone.
 */
const TERMINAL_SEQUENCES =
  // oxlint-disable-next-line no-control-regex
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0007\u001B\u0090\u0098\u009C-\u009F]*(?:\u0007|\u001B\\|\u009C)|\u001B[ -/]*[0-~]/g;

/**
 * What a human reviewer cannot see but a model reads: controls (tab and newline stay), bidirectional overrides, zero
 * width characters, fillers, and the tag and variation blocks that can spell whole hidden sentences.
 */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0D\uFEFF\uFFA0\uFFF0-\uFFFB\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]/gu;

/** Text that shows all it says: no invisible characters, no unpaired surrogates, newlines as `\n`. */
export function toVisibleText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n|\u2028|\u2029/g, '\n')
    .replace(TERMINAL_SEQUENCES, '')
    .replace(INVISIBLE, '');
}

/** Whether a text holds what {@link toVisibleText} would take out, but for how lines end. */
export function hasHiddenText(text: string): boolean {
  return toVisibleText(text) !== text.replace(/\r\n|\u2028|\u2029/g, '\n');
}

/** At most `length` code units, never half a character; `…` marks the cut. */
export function truncate(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = text.slice(0, length - 1);
  return `${/[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head}…`;
}
