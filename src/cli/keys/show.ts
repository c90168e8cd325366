import { CONFIG_OPTION, createCommand, JSON_OPTION, LOG_OPTION, type AddCommand } from '../command.ts';
import { describeKey, toKeyView } from './key-view.ts';
import { findNamed, NAME_ARGUMENT } from './named-key.ts';
import { withKeys, type KeyOptions } from './with-keys.ts';

/** `bailiwick keys show`: everything that is known of one key. */
export const addShow: AddCommand = (keys, terminal) => {
  const show = createCommand('show', 'Show one key: whom it speaks for, what it may do, until when', [
    'keys show k3f9a0c21d4e7',
    'keys show - < leaked.txt          # which key is this?',
  ])
    .argument(...NAME_ARGUMENT)
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .option(...LOG_OPTION)
    .action((name: string, options: KeyOptions) =>
      withKeys(options, async (room) => {
        const view = toKeyView(await findNamed(room, name, terminal), room.principals, Date.now());
        terminal.out(options.json ? JSON.stringify(view, undefined, 2) : describeKey(view));
      }),
    );
  keys.addCommand(show);
};
