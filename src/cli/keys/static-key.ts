import { randomBytes } from 'node:crypto';
import { createKey, hashKey, KEY_BYTES } from '../../identity/static-keys.ts';
import type { Terminal } from '../terminal.ts';
import { readWrittenConfig } from '../written-config.ts';

/** A key for `identity.keys`: nothing is stored, and the configuration need not be one that can be loaded. */
export async function printStaticKey(
  terminal: Terminal,
  principal: string,
  { config, json = false }: { readonly config: string; readonly json?: boolean },
): Promise<void> {
  const key = createKey(randomBytes(KEY_BYTES));
  const hash = hashKey(key);
  const written = await readWrittenConfig(config);
  if (written && !written.principals.includes(principal)) {
    const known = written.principals.join(', ') || 'none';
    terminal.err(
      `Note: ${config} has no principal "${principal}" in identity.principals (there is ${known}); without it the key opens nothing.`,
    );
  }
  if (json) {
    terminal.out(JSON.stringify({ principal, key, hash }, undefined, 2));
    return;
  }
  terminal.err(
    'The key goes to standard output, this once; its caller sends it as "Authorization: Bearer <key>":',
  );
  terminal.out(key);
  terminal.err(
    `\nIts hash, for ${config}:\n\nidentity:\n  keys:\n    - { principal: ${principal}, hash: "${hash}" }`,
  );
}
