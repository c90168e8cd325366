import { createCommand, type AddCommand } from '../command.ts';
import { addExport } from './export.ts';
import { addQuery } from './query.ts';
import { addShow } from './show.ts';
import { addSinks } from './sinks.ts';
import { addTail } from './tail.ts';
import { addTimeline } from './timeline.ts';
import { addHeads } from './heads.ts';
import { addVerify } from './verify.ts';

/** `bailiwick audit …`: the record, read and proved. Works offline, and while a gateway runs. */
export const addAudit: AddCommand = (program, terminal, exit) => {
  const audit = createCommand('audit', 'The tamper-evident record of every call', [
    'audit tail -f',
    'audit query --since 24h --decision refused',
    'audit timeline --principal agent --since 24h',
    'audit verify',
  ]);
  for (const add of [addTail, addQuery, addShow, addTimeline, addExport, addVerify, addHeads, addSinks])
    add(audit, terminal, exit);
  program.addCommand(audit);
};
