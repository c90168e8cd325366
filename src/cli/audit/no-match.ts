import type { Criteria } from '../../audit/read/filter.ts';
import type { Entry } from '../../audit/read/join-calls.ts';
import type { Terminal } from '../terminal.ts';
import { visible } from './safe-text.ts';

/** Says why there may be no answer. */
export interface NoMatch {
  readonly onEntry: (entry: Entry) => void;
  /** `what`: e.g. `no call matches`. */
  tell(terminal: Terminal, directory: string, what: string): void;
}

/** Looks on while entries are read: a value that nothing has is probably mistyped. */
export async function createNoMatch(criteria: Criteria): Promise<NoMatch> {
  const { createKnownWords } = await import('../../audit/read/known-words.ts');
  const { subjectOfEntry } = await import('../../audit/read/filter.ts');
  const known = createKnownWords(criteria);
  return {
    onEntry: (entry) => known.see(subjectOfEntry(entry)),
    tell(terminal, directory, what) {
      terminal.err(`${directory}: ${what}`);
      for (const { name, value, meant } of known.unmet()) {
        if (name === 'shadow') {
          terminal.err('  --shadow: shadow policies decided nothing here otherwise');
          continue;
        }
        const hint = meant === undefined ? '' : `; did you mean ${visible(meant)}?`;
        terminal.err(`  --${name}: nothing here has ${visible(value)}${hint}`);
      }
    },
  };
}
