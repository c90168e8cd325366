import type { Command } from 'commander';

/**
 * The command line as commander is to read it. For `nosuch --help` and `help nosuch` commander shows the help of what is
 * above, as if that had been asked for; cut after the first word that is no command, it is an error with a suggestion.
 */
export function cutAfterUnknownCommand(program: Command, args: readonly string[]): readonly string[] {
  const words = args[0] === 'help' ? args.slice(1) : args;
  let command = program;
  for (const [index, word] of words.entries()) {
    if (command.commands.length === 0 || word.startsWith('-') || word === 'help') return args;
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) return words.slice(0, index + 1);
    command = next;
  }
  return args;
}
