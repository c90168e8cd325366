import type { SignIn } from '../upstream/mcp/auth/sign-ins.ts';
import {
  CONFIG_OPTION,
  createCommand,
  JSON_OPTION,
  loadForCommand,
  LOG_OPTION,
  type AddCommand,
} from './command.ts';
import { table } from './terminal.ts';

interface Options {
  config: string;
  json?: boolean;
  logLevel?: string;
}

/** `bailiwick logins`: who is signed in where. Tokens are not shown. */
export const addLogins: AddCommand = (program, terminal) => {
  const command = createCommand('logins', 'Show who is signed in to which source', [
    'logins',
    'logins --json',
  ])
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .option(...LOG_OPTION)
    .action(async (options: Options) => {
      const { loaded, logger } = await loadForCommand(options);
      const { createApp } = await import('../app.ts');
      const app = await createApp({ loaded, logger, face: 'cli', now: Date.now, only: [] });
      try {
        const signIns = (await app.signIns.signIns.list()).toSorted(bySourceAndName);
        if (options.json) {
          terminal.out(JSON.stringify({ signIns: signIns.map(toShown) }, undefined, 2));
          return;
        }
        if (signIns.length === 0) {
          terminal.err('Nobody is signed in to a source.');
          return;
        }
        const rows = signIns
          .map(toShown)
          .map((row) => [row.source, row.principal, row.since, row.until, row.scope]);
        terminal.out(table(['source', 'principal', 'since', 'until', 'scopes'], rows));
      } finally {
        await app.close(0);
      }
    });
  program.addCommand(command);
};

function bySourceAndName(a: SignIn, b: SignIn): number {
  const [left, right] = [a, b].map(({ source, who }) => `${source}\0${who.subject}`);
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

function toShown({ source, who, issuer, signedInAt, refreshToken, expiresAt, scope = '' }: SignIn) {
  const until =
    refreshToken !== undefined
      ? 'renewed by itself'
      : expiresAt === undefined
        ? 'not known'
        : new Date(expiresAt).toISOString();
  const since = new Date(signedInAt).toISOString();
  return { source, principal: who.subject, vouchedForBy: who.issuer, at: issuer, since, until, scope };
}
