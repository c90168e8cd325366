import { Command, CommanderError } from 'commander';
import { ERRORS, toBailiwickError } from '../errors.ts';
import { SERVER_INFO } from '../server/server-info.ts';
import { loadCommands } from './commands.ts';
import { cutAfterUnknownCommand } from './known-command.ts';
import { toOperatorMessage } from './operator-message.ts';
import { visibleLines } from './audit/safe-text.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** Runs one command line (without `node` and the script) and returns its exit status. Never throws. */
export async function run(args: readonly string[], terminal: Terminal = processTerminal): Promise<number> {
  let status = 0;
  outliveReaders(args[0], terminal, () => status);
  const program = new Command('bailiwick')
    .description(
      'One MCP server in front of your APIs and MCP servers: every tool under one policy, every call on record.',
    )
    .version(SERVER_INFO.version)
    .showHelpAfterError('(add --help for what there is)')
    .addHelpText(
      'after',
      '\nFirst steps:\n  $ bailiwick serve --demo-api\n  $ bailiwick tools --as agent\n  $ bailiwick call helpdesk_list_tickets --as agent',
    );
  for (const add of await loadCommands(args[0])) add(program, terminal, (code) => (status = code));
  program.exitOverride();
  program.configureOutput({
    writeOut: (text) => terminal.out(text.trimEnd()),
    writeErr: (text) => terminal.err(text.trimEnd()),
  });
  passOnSettings(program);
  try {
    await program.parseAsync(cutAfterUnknownCommand(program, args), { from: 'user' });
    return status;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : ERRORS.USAGE.exit;
    const error = toBailiwickError(thrown);
    terminal.err(visibleLines(`bailiwick: ${toOperatorMessage(error)}`));
    if (error.code === 'INTERNAL')
      terminal.err(String(error.cause instanceof Error ? error.cause.stack : error.cause));
    return ERRORS[error.code].exit;
  }
}

/** What may write without end and carries nothing out: nothing is lost where it stops with its reader. */
const STOP_WITH_READER: ReadonlySet<string | undefined> = new Set(['audit', 'search', 'demo-api']);

/**
 * A reader that has seen enough (`| head`) is no failure, and what it reads of is carried out and recorded all the same: the
 * command goes on to its end. A server goes on, also when the disk that takes its output is full, or ends in order when its
 * client has gone.
 */
function outliveReaders(command: string | undefined, terminal: Terminal, status: () => number): void {
  terminal.stream.on('error', (error: NodeJS.ErrnoException) => {
    if (command === 'serve') return;
    if (error.code !== 'EPIPE') throw error;
    if (STOP_WITH_READER.has(command)) process.exit(status());
  });
}

/** Commands that are added whole inherit nothing by themselves: neither the hint after an error nor the exit override. */
function passOnSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    passOnSettings(command);
  }
}
