import { randomBytes } from 'node:crypto';
import { createKey, hashKey, KEY_BYTES } from '../identity/static-keys.ts';
import { CONFIG_OPTION, createCommand, JSON_OPTION, type AddCommand } from './command.ts';
import { readWrittenConfig } from './written-config.ts';

/** `bailiwick keys create`: a bearer key for a principal. It is shown once; configuration holds its hash. */
export const addKeys: AddCommand = (program, terminal) => {
  const create = createCommand('create', 'Make a bearer key and print the entry for identity.keys', [
    'keys create agent',
  ])
    .argument('<principal>', 'the principal of identity.principals that the key proves')
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .action(async (principal: string, options: { config: string; json?: boolean }) => {
      const key = createKey(randomBytes(KEY_BYTES));
      const hash = hashKey(key);
      const written = await readWrittenConfig(options.config);
      if (written && !written.principals.includes(principal)) {
        const known = written.principals.join(', ') || 'none';
        terminal.err(
          `Note: ${options.config} has no principal "${principal}" in identity.principals (there is ${known}); without it the key opens nothing.`,
        );
      }
      if (options.json) {
        terminal.out(JSON.stringify({ principal, key, hash }, undefined, 2));
        return;
      }
      terminal.err('The key, shown this once. Give it to the caller:');
      terminal.out(key);
      terminal.err(
        `\nIts hash, for ${options.config}:\n\nidentity:\n  keys:\n    - { principal: ${principal}, hash: "${hash}" }`,
      );
    });
  const keys = createCommand('keys', 'Bearer keys for callers', ['keys create agent']).addCommand(create);
  program.addCommand(keys);
};
