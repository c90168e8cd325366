import { spawn } from 'node:child_process';
import { BailiwickError } from '../errors.ts';
import type { SignInSource } from '../upstream/mcp/auth/sign-in-desk.ts';
import {
  CONFIG_OPTION,
  createCommand,
  loadForCommand,
  LOG_OPTION,
  toPrincipal,
  type AddCommand,
} from './command.ts';
import type { App } from '../app.ts';
import type { LoadedConfig } from '../config/load.ts';
import { suggest } from '../text/suggest.ts';
import { withProgress } from './terminal.ts';

/** The options of the commands about one sign-in. */
export interface SignInOptions {
  config: string;
  as?: string;
  logLevel?: string;
  browser?: boolean;
}

/** `bailiwick login`: signs a principal in to a source whose server wants that, in this machine's browser. */
export const addLogin: AddCommand = (program, terminal) => {
  const command = createCommand('login', 'Sign in to a source that acts for its users (auth: { oauth })', [
    'login issues',
    'login issues --as agent',
    'login issues --no-browser   # print the link only',
  ])
    .argument('<source>', 'the source of the configuration')
    .option(...CONFIG_OPTION)
    .option(
      '--as <principal>',
      'the principal of identity.principals that signs in; without it, the local one',
    )
    .option('--no-browser', 'do not open a browser')
    .option(...LOG_OPTION)
    .action(async (source: string, options: SignInOptions) => {
      await withSignInSource(source, options, async ({ app, handler, loaded }) => {
        const { openLoopbackPlace } = await import('../server/loopback-callback.ts');
        app.signIns.receiveAt(() => openLoopbackPlace(app.signIns));
        const who = toPrincipal(loaded, app, options.as);
        const begun = await handler.begin(who);
        terminal.err(`To sign ${who.subject} in to ${source}, open this link in a browser on this machine:`);
        terminal.out(begun.url);
        if (options.browser !== false && terminal.isWatched) openBrowser(begun.url);
        const { signal } = new AbortController();
        await withProgress(
          terminal,
          () => `waiting for ${begun.domain}`,
          handler.completed(who, begun, signal),
        );
        terminal.err(`${who.subject} is signed in to ${source}.`);
      });
    });
  program.addCommand(command);
};

/**
 * Runs work with a source that principals sign in to. Nothing of the catalog is waited for.
 *
 * @throws BailiwickError `USAGE` for a source that is none, or that nobody signs in to.
 */
export async function withSignInSource(
  source: string,
  options: SignInOptions,
  work: (parts: { app: App; handler: SignInSource; loaded: LoadedConfig }) => Promise<void>,
): Promise<void> {
  const { loaded, logger } = await loadForCommand({
    config: options.config,
    ...(options.logLevel !== undefined && { logLevel: options.logLevel }),
  });
  if (!Object.hasOwn(loaded.config.sources, source)) throw noSource(source, loaded);
  if (loaded.config.state.memory) {
    throw new BailiwickError(
      'USAGE',
      'state.memory: a sign-in would be gone with this command; sign in through the running gateway, or keep state in a file',
    );
  }
  const { createApp } = await import('../app.ts');
  const app = await createApp({ loaded, logger, face: 'cli', now: Date.now, only: [source] });
  try {
    const [broken] = app.unusable();
    if (broken) throw broken.error;
    const handler = app.signIns.source(source);
    if (!handler) throw noSource(source, loaded);
    await work({ app, handler, loaded });
  } finally {
    await app.close(0);
  }
}

function noSource(source: string, { config, file }: LoadedConfig): BailiwickError {
  const names = Object.entries(config.sources)
    .filter(
      ([, settings]) =>
        'mcp' in settings && 'url' in settings.mcp && settings.mcp.auth && 'oauth' in settings.mcp.auth,
    )
    .map(([name]) => name);
  const there = `sources with auth: { oauth } are: ${names.join(', ') || 'none'}`;
  if (Object.hasOwn(config.sources, source)) {
    return new BailiwickError(
      'USAGE',
      `nobody signs in to the source "${source}", which has no auth: { oauth }; ${there}`,
    );
  }
  const near = suggest(source, Object.keys(config.sources));
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  return new BailiwickError('USAGE', `no source "${source}" in ${file}${meant || `; ${there}`}`);
}

/** Opens the link where a browser can be found; the link was printed as well, so that a failure costs nothing. */
function openBrowser(url: string): void {
  const [program = '', ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
