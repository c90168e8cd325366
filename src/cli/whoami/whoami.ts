import type { App } from '../../app.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { BailiwickError, ERRORS } from '../../errors.ts';
import {
  CONFIG_OPTION,
  createCommand,
  JSON_OPTION,
  loadForCommand,
  LOG_OPTION,
  toPrincipal,
  type AddCommand,
} from '../command.ts';
import { describeReport } from './describe-report.ts';
import { lookAtCredential } from './look-at-credential.ts';
import { lookAtLocal } from './look-at-local.ts';
import { lookAtNamed } from './look-at-named.ts';
import { placeOf } from './place.ts';
import { readAuthorization, shownOnCommandLine } from './read-token.ts';
import type { Report } from './report.ts';

interface Options {
  config: string;
  token?: string;
  key?: string;
  as?: string;
  json?: boolean;
  logLevel?: string;
}

/** `bailiwick whoami`: what this configuration makes of a credential, and why not, step by step. */
export const addWhoami: AddCommand = (program, terminal, exit) => {
  const command = createCommand(
    'whoami',
    'Show whose a credential is, and where it is nobody’s, why: step by step, as the server would look at it',
    [
      'whoami --token - < agent.key',
      'whoami                           # without a credential: the local principal, and where it is one',
      'whoami --as agent                # a principal of the configuration, without its key',
    ],
  )
    // Taken only to be refused: it may be a credential, and the library would repeat it.
    .argument('[credential...]')
    .usage('[options]')
    .option(
      '--token <source>',
      'where the key or token to look at is: -, on standard input; it is never printed',
    )
    .option('--key <source>', 'the same')
    .option('--as <principal>', 'this principal of identity.principals')
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .option(...LOG_OPTION)
    .addHelpText(
      'after',
      '\nA service account of Kubernetes:\n  $ kubectl create token agent --audience https://tools.example.com/mcp | bailiwick whoami --token -',
    )
    .action(async (given: readonly string[], options: Options) => {
      if (given.length > 0) throw shownOnCommandLine('--token');
      const authorization = await readCredential(options);
      const { loaded, logger, secrets } = await loadForCommand(options);
      if (authorization !== undefined) secrets.push(authorization.replace(/^\S+ /, ''));
      const { createApp } = await import('../../app.ts');
      const app = await createApp({ loaded, logger, face: 'cli', now: Date.now, only: [] });
      try {
        app.serveAt(placeOf(loaded).baseUrl);
        const report = await look(app, loaded, { authorization, as: options.as });
        terminal.out(
          options.json ? JSON.stringify(report, undefined, 2) : describeReport(report, Date.now()),
        );
        if (!report.known) exit(ERRORS[report.refusal?.code ?? 'UNAUTHENTICATED'].exit);
      } finally {
        await app.close(0);
      }
    });
  program.addCommand(command);

  async function readCredential({ token, key, as }: Options): Promise<string | undefined> {
    if ([token, key, as].filter((one) => one !== undefined).length > 1) {
      throw new BailiwickError('USAGE', 'say one of --token, --key and --as: each says who calls');
    }
    if (token !== undefined) return readAuthorization('--token', token, process.stdin, terminal);
    if (key !== undefined) return readAuthorization('--key', key, process.stdin, terminal);
    return undefined;
  }
};

function look(
  app: App,
  loaded: LoadedConfig,
  { authorization, as }: { readonly authorization: string | undefined; readonly as: string | undefined },
): Promise<Report> | Report {
  const { host } = placeOf(loaded);
  if (authorization !== undefined) return lookAtCredential(app, authorization, host);
  if (as !== undefined) return lookAtNamed(toPrincipal(loaded, app, as), loaded, app);
  return lookAtLocal(app, loaded, host);
}
