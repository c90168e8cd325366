import { BailiwickError } from '../errors.ts';
import { createCommand, type AddCommand } from './command.ts';
import { startDemoApi } from './demo-api/server.ts';
import { untilStopped } from './until-stopped.ts';

export const DEMO_API_PORT = 8809;

/** `bailiwick demo-api`: the help desk API behind the bundled configuration. */
export const addDemoApi: AddCommand = (program, terminal) => {
  const command = createCommand(
    'demo-api',
    'Serve the demo help desk API that specs/helpdesk.yaml describes, on loopback',
    ['demo-api', 'demo-api --port 9000 --api-key my-demo-key'],
  )
    .option('--port <number>', 'where to listen on 127.0.0.1', String(DEMO_API_PORT))
    .option('--api-key <key>', 'refuse requests without this X-Api-Key')
    .action(async (options: { port: string; apiKey?: string }) => {
      const port = Number(options.port);
      if (!Number.isInteger(port) || port < 0 || port > 65_535) {
        throw new BailiwickError('USAGE', `--port: ${options.port} is not a port`);
      }
      const api = await startDemoApi({
        host: '127.0.0.1',
        port,
        now: Date.now,
        ...(options.apiKey !== undefined && { apiKey: options.apiKey }),
      });
      terminal.out(
        `The demo help desk answers at ${api.url}  (try: curl ${api.url}/tickets?limit=2)\nStop it with Ctrl+C.`,
      );
      await untilStopped();
      await api.close();
    });
  program.addCommand(command);
};
