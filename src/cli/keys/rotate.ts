import { BailiwickError } from '../../errors.ts';
import { stateOf, type KeyRecord } from '../../identity/keys/key-record.ts';
import { CONFIG_OPTION, createCommand, JSON_OPTION, LOG_OPTION, type AddCommand } from '../command.ts';
import { recordMade, showMade } from './create.ts';
import { findNamed, NAME_ARGUMENT } from './named-key.ts';
import { toDuration, toExpiry } from './time-option.ts';
import { withKeys, type KeyOptions, type KeyRoom } from './with-keys.ts';

interface RotateOptions extends KeyOptions {
  grace: string;
  expires?: string;
}

/** `bailiwick keys rotate`: a new key with the same rights, and an end for the old one. */
export const addRotate: AddCommand = (keys, terminal) => {
  const rotate = createCommand(
    'rotate',
    'Make a new key with the same rights, and end the old one a little later',
    [
      'keys rotate k3f9a0c21d4e7',
      'keys rotate k3f9a0c21d4e7 --grace 0s       # the old one ends at once',
      'keys rotate k3f9a0c21d4e7 --expires 30d',
    ],
  )
    .argument(...NAME_ARGUMENT)
    .option('--grace <time>', 'how long the old one still counts: 30m, 24h, 7d', '24h')
    .option(
      '--expires <time>',
      'until when the new one counts; without it, as long as the old one was made for',
    )
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .option(...LOG_OPTION)
    .action((name: string, options: RotateOptions) =>
      withKeys(options, async (room) => {
        const grace = toDuration('--grace', options.grace);
        const old = await findNamed(room, name, terminal);
        refuseWhereOver(old);
        const expiresAt = toNextExpiry(old, options.expires);
        const made = await room.desk.create(successorOf(old, expiresAt));
        await recordMade(room, made);
        const retired = await room.desk.retire(old.name, {
          at: Date.now() + grace,
          rotatedTo: made.record.name,
        });
        if (!retired) {
          await takeBack(room, made);
          throw new BailiwickError(
            'USAGE',
            `the key ${old.name} was rotated or revoked by somebody else at this moment: bailiwick keys show ${old.name}`,
          );
        }
        await room.record('rotated', retired);
        showMade(terminal, made, room, options);
        if (!options.json)
          terminal.err(`The old one, ${old.name}, counts until ${toText(retired.expiresAt)}.`);
      }),
    );
  keys.addCommand(rotate);
};

async function takeBack(room: KeyRoom, made: Parameters<typeof recordMade>[1]): Promise<void> {
  await room.desk.discard(made);
  await room.record('revoked', made.record);
}

function refuseWhereOver(old: KeyRecord): void {
  const state = stateOf(old, Date.now());
  if (state !== 'active') {
    const when =
      state === 'revoked' ? `was revoked at ${toText(old.revokedAt)}` : `expired at ${toText(old.expiresAt)}`;
    throw new BailiwickError(
      'USAGE',
      `the key ${old.name} ${when}; make a new one: bailiwick keys create ${old.principal}`,
    );
  }
  if (old.rotatedTo === undefined) return;
  throw new BailiwickError(
    'USAGE',
    `the key ${old.name} was rotated before: ${old.rotatedTo} has taken its place; rotate that one`,
  );
}

function toNextExpiry(old: KeyRecord, expires: string | undefined): number | undefined {
  const now = Date.now();
  if (expires !== undefined) return toExpiry(expires, now);
  return old.expiresAt === undefined ? undefined : now + (old.expiresAt - old.createdAt);
}

function successorOf(old: KeyRecord, expiresAt: number | undefined) {
  const { version: _version, name, createdAt: _createdAt, expiresAt: _expiresAt, ...rights } = old;
  return { ...rights, rotatedFrom: name, ...(expiresAt !== undefined && { expiresAt }) };
}

function toText(time: number | undefined): string {
  return new Date(time ?? 0).toISOString();
}
