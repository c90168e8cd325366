import { CONFIG_OPTION, createCommand, LOG_OPTION, toPrincipal, type AddCommand } from './command.ts';
import { withSignInSource, type SignInOptions } from './login.ts';

/** `bailiwick logout`: ends a sign-in, at every gateway that shares the state. */
export const addLogout: AddCommand = (program, terminal, exit) => {
  const command = createCommand(
    'logout',
    'End a sign-in to a source, at once and at every gateway of the deployment',
    ['logout issues', 'logout issues --as agent'],
  )
    .argument('<source>', 'the source of the configuration')
    .option(...CONFIG_OPTION)
    .option('--as <principal>', 'the principal of identity.principals; without it, the local one')
    .option(...LOG_OPTION)
    .action(async (source: string, options: SignInOptions) => {
      await withSignInSource(source, options, async ({ app, handler, loaded }) => {
        const who = toPrincipal(loaded, app, options.as);
        const outcome = await handler.signOut(who);
        if (outcome === 'nobody') {
          terminal.err(`${who.subject} was not signed in to ${source}.`);
          exit(1);
          return;
        }
        const rest =
          outcome === 'revoked'
            ? 'Its tokens were revoked.'
            : 'Its authorization server was not told, or takes no revocation: what it gave expires by itself, and no gateway uses it.';
        terminal.err(`${who.subject} is signed out of ${source}. ${rest}`);
      });
    });
  program.addCommand(command);
};
