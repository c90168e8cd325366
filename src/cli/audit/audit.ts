import { createCommand, type AddCommand } from '../command.ts';
import { addVerify } from './verify.ts';

/** `bailiwick audit …`: the record, proved and read. Works offline, and while a gateway runs. */
export const addAudit: AddCommand = (program, terminal, exit) => {
  const audit = createCommand('audit', 'The tamper-evident record of every call', ['audit verify']);
  for (const add of [addVerify]) add(audit, terminal, exit);
  program.addCommand(audit);
};
