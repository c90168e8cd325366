import { styleText } from 'node:util';
import { escapeControls } from './escape.ts';

type Style = Parameters<typeof styleText>[0];

const LEVEL_STYLES: Record<string, Style> = { debug: 'gray', info: 'green', warn: 'yellow', error: 'red' };

/**
 * A line of the log, set for a person: time of day (UTC), level, message, then the fields as `name=value`. An error is
 * its code, its message, those of its causes and where it was thrown.
 */
export function toTerminalLine(line: string, options: { colours: boolean }): string {
  const paint = (style: Style, text: string): string =>
    options.colours ? styleText(style, text, { validateStream: false }) : text;
  const { time, level, msg, ...fields }: Record<string, unknown> = JSON.parse(line);
  const levelName = String(level);
  const shown = Object.entries(fields).map(([name, value]) => {
    const text = name === 'err' ? toErrorText(value) : toValueText(value);
    return `${paint('dim', `${escapeControls(name)}=`)}${escapeControls(text)}`;
  });
  return [
    paint('dim', escapeControls(String(time).slice(11, 23))),
    paint(LEVEL_STYLES[levelName] ?? 'reset', escapeControls(levelName.toUpperCase().padEnd(5))),
    escapeControls(String(msg)),
    ...shown,
  ].join(' ');
}

/** Text without spaces, quotes or anything to escape stands as it is. */
function toValueText(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"'=\\\p{C}]+$/u.test(value)) return value;
  return JSON.stringify(value);
}

function toErrorText(value: unknown): string {
  const parts: string[] = [];
  let place: string | undefined;
  for (let error = value; isObject(error); error = error['cause']) {
    const { code, name, message, stack } = error;
    parts.push(`${toWord(code ?? name)}: ${toWord(message)}`);
    // The innermost place is where it went wrong.
    place = firstFrameOf(stack) ?? place;
  }
  return JSON.stringify(parts.join(' <- ')) + (place === undefined ? '' : ` (${place})`);
}

function toWord(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function firstFrameOf(stack: unknown): string | undefined {
  return typeof stack === 'string' ? /^\s+(at .+)$/m.exec(stack)?.[1] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
