import type { App } from '../../app.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { BailiwickError } from '../../errors.ts';
import type { Revoked } from '../../identity/revocations/revocation.ts';
import { createRevocationDesk } from '../../identity/revocations/stored-revocations.ts';
import {
  CONFIG_OPTION,
  createCommand,
  JSON_OPTION,
  loadForCommand,
  LOG_OPTION,
  type AddCommand,
} from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { skewOf, toIssuer } from './issuers.ts';
import { describeRevocation, describeRevoked, tableOfRevocations, toShown } from './texts.ts';
import { toInstant, toSpan } from './times.ts';

interface Options {
  config: string;
  issuer?: string;
  client?: string;
  key?: string;
  tokenId?: string;
  before: string;
  for: string;
  undo?: boolean;
  list?: boolean;
  json?: boolean;
  logLevel?: string;
}

/** `bailiwick revoke`: what a subject has proven counts no more, at once and at every gateway. */
export const addRevoke: AddCommand = (program, terminal, exit) => {
  const command = createCommand(
    'revoke',
    'Refuse the credentials that a caller has, at once and at every gateway that shares the state',
    [
      'revoke dana --issuer https://login.example.com',
      'revoke dana --client lost-laptop --before 2026-11-20T08:30:00Z',
      'revoke dana --undo',
      'revoke --list',
    ],
  )
    .argument('[subject]', 'whose: the subject that records and `whoami` show')
    .option('--issuer <issuer>', 'who vouches for it; needed where there are several')
    .option('--client <client>', 'only what was proven with this OAuth client')
    .option('--key <name>', 'only this key, by the short name that records show')
    .option('--token-id <jti>', 'only this token, by its `jti`')
    .option('--before <time>', 'credentials made up to then: now, 2h (ago), or 2026-11-20T08:30:00Z', 'now')
    .option('--for <span>', 'how long to remember it: longer than any of the credentials lives', '30d')
    .option('--undo', 'take back what was revoked with the same options')
    .option('--list', 'show what is revoked')
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .option(...LOG_OPTION)
    .action(async (subject: string | undefined, options: Options) => {
      const { loaded, logger } = await loadForCommand(options);
      requireShared(loaded);
      const work = toWork(loaded, subject, options);
      const { createApp } = await import('../../app.ts');
      const app = await createApp({ loaded, logger, face: 'cli', now: Date.now, only: [] });
      try {
        exit(await work(app, terminal));
      } finally {
        await app.close(0);
      }
    });
  program.addCommand(command);
};

/** Answers the exit status. */
type Work = (app: App, terminal: Terminal) => Promise<number>;

/** What the options ask for. What is wrong with them is found before anything is opened. */
function toWork(loaded: LoadedConfig, subject: string | undefined, options: Options): Work {
  const now = Date.now();
  if (options.list) return (app, terminal) => showAll(app, terminal, { ...options, subject });
  if (subject === undefined) {
    throw new BailiwickError('USAGE', 'say whose credentials: bailiwick revoke <subject>, or --list');
  }
  const issuer = toIssuer(loaded, subject, options.issuer);
  const { client, key, tokenId } = options;
  const revoked: Revoked = {
    issuer,
    subject,
    ...(client !== undefined && { client }),
    ...(key !== undefined && { key }),
    ...(tokenId !== undefined && { tokenId }),
  };
  if (options.undo) return (app, terminal) => undo(app, terminal, revoked, options);
  const revocation = {
    ...revoked,
    before: toInstant(options.before, now),
    skewMs: skewOf(loaded, issuer),
    at: now,
    until: now + toSpan(options.for),
  };
  return async (app, terminal) => {
    await createRevocationDesk(app.store, Date.now).revoke(revocation);
    // What is revoked stays so, whether or not that can be recorded.
    await record(app, 'revoked', toShown(revocation));
    if (options.json) terminal.out(JSON.stringify({ revoked: toShown(revocation) }, undefined, 2));
    else terminal.out(describeRevocation(revocation));
    return 0;
  };
}

async function undo(app: App, terminal: Terminal, revoked: Revoked, { json }: Options): Promise<number> {
  const desk = createRevocationDesk(app.store, Date.now);
  const undone = await desk.undo(revoked);
  if (undone.length > 0) await record(app, 'revocation-undone', { ...revoked, count: undone.length });
  if (json) terminal.out(JSON.stringify({ undone: undone.map(toShown) }, undefined, 2));
  else if (undone.length > 0)
    terminal.out(`Taken back: ${describeRevoked(revoked)} is not revoked any more.`);
  else {
    terminal.err(
      `Nothing was revoked of ${describeRevoked(revoked)}; \`bailiwick revoke --list\` shows what is, and --undo takes the same options.`,
    );
  }
  return undone.length > 0 ? 0 : 1;
}

async function showAll(
  app: App,
  terminal: Terminal,
  { subject, issuer, json }: Options & { subject: string | undefined },
): Promise<number> {
  const all = await createRevocationDesk(app.store, Date.now).list();
  const wanted = all.filter(
    (one) =>
      (subject === undefined || one.subject === subject) && (issuer === undefined || one.issuer === issuer),
  );
  if (json) terminal.out(JSON.stringify({ revocations: wanted.map(toShown) }, undefined, 2));
  else if (wanted.length === 0) terminal.err('Nothing is revoked.');
  else terminal.out(tableOfRevocations(wanted));
  return 0;
}

async function record(app: App, change: string, detail: Readonly<Record<string, unknown>>): Promise<void> {
  await app.gateway.road.record(
    { type: 'key', via: { face: 'cli' }, detail: { change, ...detail } },
    { durable: true },
  );
}

/** @throws BailiwickError `CONFIGURATION` where no gateway would hear of it */
function requireShared({ config }: LoadedConfig): void {
  if (!config.state.memory) return;
  throw new BailiwickError(
    'CONFIGURATION',
    'state.memory is on: the state is in the running gateway alone, and nothing can be revoked from here; use state.sqlite or state.redis',
  );
}
