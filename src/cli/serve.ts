import type { App } from '../app.ts';
import type { LoadedConfig } from '../config/load.ts';
import { BailiwickError } from '../errors.ts';
import { toEndpointPath, type Endpoint } from '../gateway/endpoint.ts';
import { mayCountTokens } from '../gateway/listing/choose-mode.ts';
import { loadTokenizer } from '../gateway/listing/tokens.ts';
import type { Logger } from '../telemetry/logger.ts';
import { baseUrlOf } from './base-url.ts';
import { endpointOf } from './catalog-option.ts';
import {
  CONFIG_OPTION,
  createCommand,
  loadForCommand,
  LOG_OPTION,
  toPrincipal,
  untilListed,
  type AddCommand,
} from './command.ts';
import { DEMO_API_PORT } from './demo-api.ts';
import { describeScopes } from './describe-callers.ts';
import { startDemoApi } from './demo-api/server.ts';
import { untilStopped } from './until-stopped.ts';
import { warnOfCatalogs, warnOfPolicies, watchConfiguration } from './watch-configuration.ts';
import { welcome } from './welcome.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  config: string;
  stdio?: boolean;
  as?: string;
  catalog?: string;
  demoApi?: boolean;
  logLevel?: string;
}

/** `bailiwick serve`: the gateway, over HTTP or for one client over stdio. */
export const addServe: AddCommand = (program, terminal) => {
  const command = createCommand(
    'serve',
    'Serve the gateway over Streamable HTTP, or over stdio for one client',
    [
      'serve',
      'serve --demo-api                 # with the help desk API of the bundled configuration',
      'serve --stdio --as agent         # what a desktop client starts',
      'serve --stdio --catalog support  # the same, through one virtual catalog',
    ],
  )
    .option(...CONFIG_OPTION)
    .option('--stdio', 'speak MCP on standard input and output instead of HTTP')
    .option('--as <principal>', 'with --stdio: act as this principal of identity.principals')
    .option(
      '--catalog <name>',
      'with --stdio: serve this virtual catalog alone; over HTTP each is served at /mcp/<name>',
    )
    .option('--demo-api', 'also serve the demo help desk API on its port')
    .option(...LOG_OPTION)
    .action(async (options: Options) => {
      const { loaded, logger, secrets } = await loadForCommand({
        ...options,
        logLevel: options.logLevel ?? 'info',
      });
      const endpoint = endpointOf(loaded, options.catalog);
      if (endpoint.kind === 'catalog' && !options.stdio) {
        throw new BailiwickError(
          'USAGE',
          `--catalog is for --stdio: over HTTP every catalog is served, this one at ${toEndpointPath(endpoint)}`,
        );
      }
      const demo = options.demoApi
        ? await startDemoApi({ host: '127.0.0.1', port: DEMO_API_PORT, now: Date.now })
        : undefined;
      try {
        const { createApp } = await import('../app.ts');
        const app = await createApp({
          loaded,
          logger,
          face: options.stdio ? 'stdio' : 'http',
          now: Date.now,
        });
        const stopWatching = watchConfiguration({ loaded, app, logger, secrets });
        try {
          if (options.stdio) await serveStdio(app, loaded, logger, terminal, { ...options, endpoint });
          else await serveHttp(app, loaded, logger, terminal);
        } finally {
          stopWatching();
          await app.close(loaded.config.server.shutdownGraceMs);
        }
      } finally {
        await demo?.close();
      }
    });
  program.addCommand(command);
};

async function serveHttp(app: App, loaded: LoadedConfig, logger: Logger, terminal: Terminal): Promise<void> {
  let state: 'starting' | 'ready' | 'stopping' = 'starting';
  const stopped = untilStopped().then(() => (state = 'stopping'));
  const { server } = loaded.config;
  const { startHttpServer } = await import('../server/http-server.ts');
  const http = await startHttpServer({
    settings: server,
    gateway: app.gateway,
    identity: app.identity,
    isReady: () => state === 'ready',
    signIns: app.signIns,
    authorizationServer: app.authorizationServer,
    logger,
  });
  const { placeAt, metadataUrlAt } = await import('../server/sign-in-routes.ts');
  const baseUrl = baseUrlOf(server, http.url);
  app.serveAt(baseUrl);
  const place = placeAt(baseUrl);
  app.signIns.receiveAt(() => Promise.resolve(place));
  app.signIns.serveMetadataAt(metadataUrlAt(server.publicUrl));
  await Promise.race([untilListed(terminal, app), stopped]);
  if (state === 'starting') {
    state = 'ready';
    warnOfPolicies(app, logger);
    await warnOfCatalogs(app, loaded, logger);
    // Where records go to standard output, nothing else does.
    const hasRecords = loaded.config.audit.sinks.some(({ stdout }) => stdout);
    (hasRecords ? terminal.err : terminal.out)(welcome(app, loaded, http));
    prepareLists(app);
  }
  await stopped;
  terminal.err('stopping: no new calls; waiting for those in flight');
  http.stopAccepting();
  try {
    await app.close(server.shutdownGraceMs);
  } finally {
    await http.close();
  }
  terminal.err('stopped');
}

async function serveStdio(
  app: App,
  loaded: LoadedConfig,
  logger: Logger,
  terminal: Terminal,
  options: Options & { readonly endpoint: Endpoint },
): Promise<void> {
  const principal = toPrincipal(loaded, app, options.as);
  await untilListed(terminal, app);
  warnOfPolicies(app, logger);
  await warnOfCatalogs(app, loaded, logger);
  logger.info(
    { principal: principal.subject, scopes: principal.scopes },
    `serving ${options.catalog === undefined ? 'MCP' : `the catalog ${options.catalog}`} on standard input and output as ${principal.issuer === 'local' ? 'the local principal' : principal.subject} (scopes: ${describeScopes(principal)})`,
  );
  const { startStdioServer } = await import('../server/stdio-server.ts');
  const { openLoopbackPlace } = await import('../server/loopback-callback.ts');
  app.signIns.receiveAt(() => openLoopbackPlace(app.signIns));
  const stdio = startStdioServer({ gateway: app.gateway, principal, endpoint: options.endpoint, logger });
  prepareLists(app);
  const stopped = untilStopped();
  const gone = stdio.closed.then(() => 'gone' as const);
  // A client that is still there gets the answers it waits for; one that has gone does not.
  if ((await Promise.race([gone, stopped])) !== 'gone') await app.close(loaded.config.server.shutdownGraceMs);
  await stdio.close();
}

/** So that the first client need not wait for what it takes a third of a second to load. */
function prepareLists({ gateway }: App): void {
  const prepare = (): void => {
    if (mayCountTokens(gateway.current())) loadTokenizer();
  };
  setImmediate(prepare);
  gateway.onSwap(() => setImmediate(prepare));
}
