import { BailiwickError } from '../../errors.ts';

/** A text that was read, by the name under which messages speak of it. */
export interface NamedText {
  readonly file: string;
  readonly text: string;
}

/** `line:column` of an offset, both from 1. The text is only looked at when somebody asks. */
export function createPositions(text: string): (offset: number) => string {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    let low = 0;
    for (let high = starts.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return `${low + 1}:${offset - (starts[low] ?? 0) + 1}`;
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Where the key is first written; the start of the text when it is written in an unusual way. */
export function offsetOfKey(text: string, key: string): number {
  const match = new RegExp(`(?:^|[\\s{,])(["']?)${key}\\1\\s*:`).exec(text);
  return match === null ? 0 : match.index + match[0].indexOf(key) - (match[1] === '' ? 0 : 1);
}

/** The error for what stands at `offset`. */
export function refuse({ file, text }: NamedText, offset: number, problem: string): BailiwickError {
  return new BailiwickError('CONFIGURATION', `${file}:${createPositions(text)(offset)} ${problem}`);
}
