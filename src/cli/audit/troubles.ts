import { join } from 'node:path';
import type { Trouble } from '../../audit/read/cursor.ts';
import { lineNumberAt } from '../../audit/read/line-number.ts';
import type { Terminal } from '../terminal.ts';
import { visible } from './safe-text.ts';

/** Says which lines were passed over. */
export interface TroubleReport {
  add(trouble: Trouble): void;
  /** Resolves when all was said. */
  end(): Promise<void>;
}

/** More lines than anybody reads; the others are counted. */
const MOST_SAID = 10;

/** Says on the side what could not be read, with file and line: a reader goes on, and hides nothing. */
export function createTroubleReport(terminal: Terminal, directory: string): TroubleReport {
  let count = 0;
  let said = Promise.resolve();

  async function say({ file, offset, why }: Trouble): Promise<void> {
    const path = join(directory, file);
    const line = offset === undefined ? undefined : await lineNumberAt(path, offset).catch(() => undefined);
    terminal.err(visible(`${path}${line === undefined ? '' : `:${line}`}: ${why}; passed over`));
  }

  return {
    add(trouble) {
      count += 1;
      if (count <= MOST_SAID) said = said.then(() => say(trouble));
    },
    async end() {
      await said;
      if (count > MOST_SAID) terminal.err(`${count - MOST_SAID} more lines were passed over`);
      if (count > 0) terminal.err('`bailiwick audit verify` says what the record can still prove');
      count = 0;
    },
  };
}
