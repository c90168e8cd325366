import type { Criteria } from '../../audit/read/filter.ts';
import type { ReadOptions } from '../../audit/read/read-directory.ts';
import type { AuditRecord } from '../../audit/record.ts';
import { toCsvLine } from '../csv.ts';
import { CALL_FIELDS, RECORD_FIELDS } from './csv-fields.ts';

/** What is exported. */
export interface Rows extends AsyncIterable<Row> {
  /** What one of them is. */
  readonly noun: 'call' | 'record';
  readonly csvHeading: string;
}

interface Row {
  /** A line of CSV, with its end. */
  csv(): string;
  /** One line of JSON, without its end. */
  json(): string;
}

/** Records as they are on disk, byte for byte in JSON. An outcome is asked for what its intent says, too. */
export function recordRows(directory: string, criteria: Criteria, options: ReadOptions): Rows {
  async function* read(): AsyncGenerator<Row> {
    const { readDirectory } = await import('../../audit/read/read-directory.ts');
    const { createFilter, subjectOfRecord } = await import('../../audit/read/filter.ts');
    const { createOpenIntents } = await import('../../audit/read/open-intents.ts');
    const matches = createFilter(criteria);
    const open = createOpenIntents<AuditRecord>();
    for await (const one of readDirectory(directory, options)) {
      const { record, text } = one;
      const { args: _args, detail: _detail, ...facts } = record;
      if (record.type === 'call.intent') open.add(one, facts);
      const intent = record.type === 'call.outcome' ? open.close(record) : undefined;
      if (!matches(subjectOfRecord(record, intent))) continue;
      yield { csv: () => toCsvLine(RECORD_FIELDS.map(([, value]) => value(record))), json: () => text };
    }
  }
  return {
    [Symbol.asyncIterator]: read,
    noun: 'record',
    csvHeading: toCsvLine(RECORD_FIELDS.map(([heading]) => heading)),
  };
}

/** Calls as `audit query` joins them. */
export function callRows(directory: string, criteria: Criteria, options: ReadOptions): Rows {
  async function* read(): AsyncGenerator<Row> {
    const { readEntries } = await import('../../audit/read/entries.ts');
    for await (const entry of readEntries(directory, { ...options, criteria })) {
      if (entry.kind !== 'call') continue;
      const { call } = entry;
      yield {
        csv: () => toCsvLine(CALL_FIELDS.map(([, value]) => value(call))),
        json: () => JSON.stringify(call),
      };
    }
  }
  return {
    [Symbol.asyncIterator]: read,
    noun: 'call',
    csvHeading: toCsvLine(CALL_FIELDS.map(([heading]) => heading)),
  };
}
