import { join } from 'node:path';
import type { Trouble } from '../../audit/read/cursor.ts';
import { lineNumberAt } from '../../audit/read/line-number.ts';
import type { Terminal } from '../terminal.ts';
import { visible } from './safe-text.ts';

/** Says which lines were passed over. */
export interface TroubleReport {
  add(trouble: Trouble): void;
  /** Says how many there were beyond those, and what to do. */
  end(): void;
}

/** More lines than anybody reads; the others are counted. */
const MOST_SAID = 10;

/** Says on the side what could not be read, with file and line: a reader goes on, and hides nothing. */
export function createTroubleReport(terminal: Terminal, directory: string): TroubleReport {
  let count = 0;
  const say = ({ file, offset, why }: Trouble): void => {
    const path = join(directory, file);
    const line = offset === undefined ? '' : `:${toLine(path, offset)}`;
    terminal.err(visible(`${path}${line}: ${why}; passed over`));
  };
  return {
    add(trouble) {
      count += 1;
      if (count <= MOST_SAID) say(trouble);
    },
    end() {
      if (count > MOST_SAID) terminal.err(`${count - MOST_SAID} more lines were passed over`);
      if (count > 0) terminal.err('`bailiwick audit verify` says what the record can still prove');
      count = 0;
    },
  };
}

function toLine(path: string, offset: number): string {
  try {
    return String(lineNumberAt(path, offset));
  } catch {
    return `byte ${offset}`;
  }
}
