import { randomBytes } from 'node:crypto';
import type { App } from '../../app.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { BailiwickError } from '../../errors.ts';
import { createKeyDesk } from '../../identity/keys/key-desk.ts';
import type { Revoked } from '../../identity/revocations/revocation.ts';
import { createRevocationDesk, isSameRevoked } from '../../identity/revocations/stored-revocations.ts';
import {
  CONFIG_OPTION,
  createCommand,
  JSON_OPTION,
  loadForCommand,
  LOG_OPTION,
  type AddCommand,
} from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { requireKnownIssuer, skewOf, toIssuer } from './issuers.ts';
import { createSubjects, endingOf } from './subjects.ts';
import { describeRevocation, describeRevoked, tableOfRevocations, toShown, toShownEnding } from './texts.ts';
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
      'revoke bob                        # keys and signed-in programs of a principal that is known here',
      'revoke dana --issuer https://login.example.com',
      'revoke dana --client lost-laptop --before 2026-11-20T08:30:00Z',
      'revoke dana --undo',
      'revoke --list',
    ],
  )
    .argument('[subject]', 'whose: the subject that records and `whoami` show')
    .option(
      '--issuer <issuer>',
      'who vouches for it: an issuer, config or keys; needed where several could be meant',
    )
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
  const { client, key, tokenId } = options;
  const about = {
    subject,
    ...(client !== undefined && { client }),
    ...(key !== undefined && { key }),
    ...(tokenId !== undefined && { tokenId }),
  };
  if (options.undo) return (app, terminal) => undo(app, terminal, about, options);
  if (options.issuer !== undefined) requireKnownIssuer(loaded, options.issuer);
  const times = { before: toInstant(options.before, now), at: now, until: now + toSpan(options.for) };
  return async (app, terminal) => {
    const desk = createKeyDesk({ store: app.store, now: Date.now, random: randomBytes });
    const subjects = createSubjects(loaded, await desk.list(), now);
    const { issuer, note } = toIssuer(loaded, subjects, { subject, key, issuer: options.issuer });
    const revocation = { issuer, ...about, ...times, skewMs: skewOf(loaded, issuer) };
    await createRevocationDesk(app.store, Date.now).revoke(revocation);
    // What is revoked stays so, whether or not that can be recorded.
    await record(app, 'revoked', toShown(revocation));
    const held = subjects.find(subject).find((one) => one.issuer === issuer);
    const ending = held && endingOf(held, revocation);
    if (note !== undefined) terminal.err(note);
    if (options.json) {
      const shown = { revoked: toShown(revocation), ...(ending && { ends: toShownEnding(ending) }) };
      terminal.out(JSON.stringify(shown, undefined, 2));
    } else terminal.out(describeRevocation(revocation, ending, loaded));
    return 0;
  };
}

/** Takes back what was revoked with these options, whoever vouched for it, where that was one. */
async function undo(
  app: App,
  terminal: Terminal,
  about: Omit<Revoked, 'issuer'>,
  { json, issuer: named }: Options,
): Promise<number> {
  const desk = createRevocationDesk(app.store, Date.now);
  const same = (await desk.list()).filter((one) => isSameRevoked(one, { ...about, issuer: one.issuer }));
  const issuers = [...new Set(same.map(({ issuer }) => issuer))];
  if (named === undefined && issuers.length > 1) {
    throw new BailiwickError(
      'USAGE',
      `nothing is taken back yet: "${about.subject}" is revoked of ${issuers.join(' and of ')}; say which by --issuer`,
    );
  }
  const issuer = named ?? issuers[0];
  const undone = issuer === undefined ? [] : await desk.undo({ issuer, ...about });
  if (undone.length > 0) await record(app, 'revocation-undone', { issuer, ...about, count: undone.length });
  if (json) terminal.out(JSON.stringify({ undone: undone.map(toShown) }, undefined, 2));
  else if (undone.length > 0)
    terminal.out(`Taken back: ${describeRevoked({ issuer, ...about })} is not revoked any more.`);
  else {
    terminal.err(
      `Nothing was revoked of ${describeRevoked({ issuer, ...about })}; \`bailiwick revoke --list\` shows what is, and --undo takes the same options.`,
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
