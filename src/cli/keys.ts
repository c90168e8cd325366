import { randomBytes } from 'node:crypto';
import { createKey, hashKey, KEY_BYTES } from '../identity/static-keys.ts';
import { createCommand, JSON_OPTION, type AddCommand } from './command.ts';

/** `bailiwick keys create`: a bearer key for a principal. It is shown once; configuration holds its hash. */
export const addKeys: AddCommand = (program, terminal) => {
  const create = createCommand('create', 'Make a bearer key and print the entry for identity.keys', [
    'keys create agent',
  ])
    .argument('<principal>', 'the principal of identity.principals that the key proves')
    .option(...JSON_OPTION)
    .action((principal: string, options: { json?: boolean }) => {
      const key = createKey(randomBytes(KEY_BYTES));
      const hash = hashKey(key);
      if (options.json) {
        terminal.out(JSON.stringify({ principal, key, hash }, undefined, 2));
        return;
      }
      terminal.err('The key, shown this once. Give it to the caller:');
      terminal.out(key);
      terminal.err(
        `\nIts hash, for bailiwick.yaml:\n\nidentity:\n  keys:\n    - { principal: ${principal}, hash: "${hash}" }`,
      );
    });
  const keys = createCommand('keys', 'Bearer keys for callers', ['keys create agent']).addCommand(create);
  program.addCommand(keys);
};
