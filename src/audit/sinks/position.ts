/** How far a sink has come in a chain. */
export interface Position {
  /** The last record that was passed; 0: none. */
  readonly seq: number;
  /** The chain file, by its first record, that the next line is in; 0: the first there is. */
  readonly segment: number;
  /** Where in that file the next line begins. */
  readonly byte: number;
}

export const START: Position = { seq: 0, segment: 0, byte: 0 };

/** Version of the offset files. */
const VERSION = 1;

export function toOffsetText(position: Position): string {
  return `${JSON.stringify({ v: VERSION, ...position })}\n`;
}

/** The position in the text of an offset file; undefined for anything else. */
export function readOffsetText(text: string): Position | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('v' in value && 'seq' in value && 'segment' in value && 'byte' in value)) return undefined;
  const { v, seq, segment, byte } = value;
  if (v !== VERSION || !isCount(seq) || !isCount(segment) || !isCount(byte)) return undefined;
  // A line in the middle of a file has one before it.
  return segment > seq + 1 || (seq === 0 && byte > 0) ? undefined : { seq, segment, byte };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
}
