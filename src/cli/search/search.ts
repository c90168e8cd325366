import { createCommand, type AddCommand } from '../command.ts';
import { addSearchReport } from './report.ts';

/** `bailiwick search …`: what agents searched for, and what came of it. */
export const addSearch: AddCommand = (program, terminal, exit) => {
  const search = createCommand('search', 'What callers searched for, and what they called then', [
    'search report --since 7d',
  ]);
  addSearchReport(search, terminal, exit);
  program.addCommand(search);
};
