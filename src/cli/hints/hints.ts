import { createCommand, type AddCommand } from '../command.ts';
import { addHintsCheck } from './check.ts';
import { addHintsWrite } from './write.ts';

const COMMANDS: readonly AddCommand[] = [addHintsCheck, addHintsWrite];

/** `bailiwick hints …`: words that help to find tools. */
export const addHints: AddCommand = (program, terminal, exit) => {
  const hints = createCommand('hints', 'Check the words that help to find tools, or let a model write them', [
    'hints check',
    'hints write --source helpdesk --url https://api.openai.com/v1 --model gpt-5-mini --key-env OPENAI_API_KEY',
  ]);
  for (const add of COMMANDS) add(hints, terminal, exit);
  program.addCommand(hints);
};
