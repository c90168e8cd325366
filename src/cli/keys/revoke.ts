import { BailiwickError } from '../../errors.ts';
import { stateOf, type KeyRecord } from '../../identity/keys/key-record.ts';
import { CONFIG_OPTION, createCommand, JSON_OPTION, LOG_OPTION, type AddCommand } from '../command.ts';
import { findNamed, NAME_ARGUMENT } from './named-key.ts';
import { toKeyView } from './key-view.ts';
import { withKeys, type KeyOptions, type KeyRoom } from './with-keys.ts';

/** `bailiwick keys revoke`: ends a key, at every gateway at once. */
export const addRevoke: AddCommand = (keys, terminal) => {
  const revoke = createCommand('revoke', 'End a key, at once and at every gateway that shares the state', [
    'keys revoke k3f9a0c21d4e7',
    'keys revoke - < leaked.txt',
  ])
    .argument(...NAME_ARGUMENT)
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .option(...LOG_OPTION)
    .action((argument: string, options: KeyOptions) =>
      withKeys(options, async (room) => {
        const { name } = await findNamed(room, argument, terminal);
        const revoked = await room.desk.revoke(name);
        if (!revoked) throw new BailiwickError('USAGE', `no key "${name}" any more`);
        const { record, changed } = revoked;
        if (changed) await room.record('revoked', record);
        const others = await othersOf(room, record);
        if (options.json) {
          const view = toKeyView(record, room.principals, Date.now());
          terminal.out(JSON.stringify({ ...view, changed }, undefined, 2));
          return;
        }
        terminal.err(
          changed
            ? `The key ${name} of ${record.principal} is revoked. Gateways that share this state refuse it from now on.`
            : `The key ${name} of ${record.principal} was revoked before, at ${new Date(record.revokedAt ?? 0).toISOString()}.`,
        );
        for (const other of others) {
          terminal.err(
            `${other.name}, of the same rotation, still counts. To end it too: bailiwick keys revoke ${other.name}`,
          );
        }
      }),
    );
  keys.addCommand(revoke);
};

/** The keys that it was rotated from or to, and that still count. */
async function othersOf({ desk }: KeyRoom, { name, lineage }: KeyRecord): Promise<KeyRecord[]> {
  const now = Date.now();
  return (await desk.list()).filter(
    (other) => other.lineage === lineage && other.name !== name && stateOf(other, now) === 'active',
  );
}
