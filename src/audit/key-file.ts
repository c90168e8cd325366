import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BailiwickError } from '../errors.ts';
import { parseSigningKey } from './signing-key.ts';
import type { SigningKey } from './signing-key.ts';

/** Where the key is that signs when none is configured: beside the directory, so that a copy of the records does not hold it. */
export function keyFileBeside(directory: string): string {
  return `${directory}-signing.pem`;
}

/**
 * The key in a file, or undefined when there is none.
 *
 * @throws BailiwickError CONFIGURATION when there is something else.
 */
export async function readKeyFile(path: string): Promise<SigningKey | undefined> {
  try {
    const handle = await open(
      path,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    );
    try {
      if (!(await handle.stat()).isFile()) throw new TypeError('not a file');
      return parseSigningKey(await handle.readFile('utf8'));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    const why = error instanceof TypeError ? error.message : (codeOf(error) ?? String(error));
    throw new BailiwickError(
      'CONFIGURATION',
      `${path}: the key that signs the audit record cannot be read: ${why}`,
      {
        cause: error,
      },
    );
  }
}

/**
 * The key in a file; makes one, for its owner only, when there is none. Of several processes that do so at once, all get
 * the same key.
 *
 * @throws BailiwickError CONFIGURATION for a file that holds something else, RECORD_UNAVAILABLE when none can be made.
 */
export async function readOrMakeKeyFile(path: string): Promise<SigningKey> {
  const found = await readKeyFile(path);
  if (found) return found;
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(privateKey.export({ format: 'pem', type: 'pkcs8' }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Linking puts a whole file in place, or none: nobody reads half a key, and nobody's key is replaced.
    await link(draft, path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  } catch (error) {
    throw new BailiwickError(
      'RECORD_UNAVAILABLE',
      `${path}: no key to sign the audit record can be kept here (${codeOf(error) ?? 'unknown'}); name one with audit.signing.keys`,
      { cause: error },
    );
  } finally {
    await rm(draft, { force: true }).catch(() => {});
  }
  const made = await readKeyFile(path);
  if (made) return made;
  throw new BailiwickError('RECORD_UNAVAILABLE', `${path}: the key that signs the audit record was removed`);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
