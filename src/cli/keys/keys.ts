import { createCommand, type AddCommand } from '../command.ts';
import { addCreate } from './create.ts';
import { addList } from './list.ts';
import { addRevoke } from './revoke.ts';
import { addRotate } from './rotate.ts';
import { addShow } from './show.ts';

/** `bailiwick keys …`: bearer keys for callers. */
export const addKeys: AddCommand = (program, terminal, exit) => {
  const keys = createCommand('keys', 'Bearer keys for callers: make, look at, rotate and revoke them', [
    'keys create agent',
    'keys create ci --scopes tickets:read --expires 30d --limit calls=1000/day',
    'keys list',
    'keys rotate k3f9a0c21d4e7 --grace 24h',
    'keys revoke k3f9a0c21d4e7',
  ]);
  for (const add of [addCreate, addList, addShow, addRotate, addRevoke]) add(keys, terminal, exit);
  program.addCommand(keys);
};
