import { readEntries } from '../../audit/read/entries.ts';
import { TYPES } from '../../audit/record-schema.ts';
import type { Call } from '../../audit/read/call.ts';
import type { Command } from 'commander';
import { addFilterOptions, readFilterOptions, type FilterOptions } from '../audit/filter-options.ts';
import { createNoMatch } from '../audit/no-match.ts';
import { createTroubleReport } from '../audit/troubles.ts';
import type { Terminal } from '../terminal.ts';
import type { Offer, OfferOptions } from './offer.ts';

/** The options of a policy command that reads the record. */
export interface RecordOptions extends Omit<OfferOptions, 'source'>, FilterOptions {
  readonly dir?: string;
}

/** Adds the options that say which record is read, and what of it. */
export function addRecordOptions(command: Command): Command {
  const directory = command.option(
    '--dir <dir>',
    'the audit directory; without it, audit.dir of the configuration',
  );
  return addFilterOptions(directory, CALL_TYPES);
}

const CALL_TYPES = TYPES.filter((type) => type.startsWith('call.'));

/** The calls of a record that are asked for. */
export interface RecordOfCalls {
  /** In the order of time. Says on the side what cannot be read. May be read again, and is silent then. */
  read(): AsyncGenerator<Call>;
  /** Says why there may be no call. */
  tellNone(what: string): void;
}

export async function openRecord(
  terminal: Terminal,
  { loaded }: Pick<Offer, 'loaded'>,
  options: RecordOptions,
): Promise<RecordOfCalls> {
  const directory = options.dir ?? loaded.config.audit.dir;
  const { criteria, span, isWanted } = readFilterOptions(options, Date.now());
  const troubles = createTroubleReport(terminal, directory);
  const noMatch = await createNoMatch(criteria);
  let isFirst = true;
  return {
    async *read() {
      const onTrouble = isFirst ? troubles.add : () => {};
      const onEntry = isFirst ? noMatch.onEntry : () => {};
      isFirst = false;
      for await (const entry of readEntries(directory, { criteria, span, isWanted, onTrouble, onEntry }))
        if (entry.kind === 'call') yield entry.call;
      troubles.end();
    },
    tellNone: (what) => noMatch.tell(terminal, directory, what),
  };
}
