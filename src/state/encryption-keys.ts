import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { BailiwickError, messageOf } from '../errors.ts';
import { createSealer, type Sealer } from './sealed.ts';
import type { StateSettings } from './settings.ts';
import { stateUnavailable } from './unavailable.ts';

const KEY_BYTES = 32;

/**
 * The sealer of a deployment: with the configured secrets, or else with a key of its own. That of a state file lies in
 * `<state file>.key` and is made when it is absent; that of state in memory goes with it.
 *
 * @throws BailiwickError `CONFIGURATION` for Redis without a secret, `STATE_UNAVAILABLE` for a key file that cannot be read.
 */
export async function openSealer(settings: StateSettings): Promise<Sealer> {
  if (settings.encryptionKeys) return createSealer(settings.encryptionKeys);
  if (settings.redis) {
    throw new BailiwickError(
      'CONFIGURATION',
      'tokens in Redis need `state.encryptionKeys`: every gateway of the deployment has to have the same key',
    );
  }
  if (settings.sqlite === undefined) return createSealer([newKey()]);
  return createSealer([await keyOf(`${settings.sqlite}.key`)]);
}

async function keyOf(file: string): Promise<string> {
  try {
    return await readKey(file).catch(async (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      await makeKey(file);
      return readKey(file);
    });
  } catch (error) {
    if (error instanceof BailiwickError) throw error;
    const why = messageOf(error);
    throw stateUnavailable(`the key file ${file} cannot be read: ${why}`, error);
  }
}

async function readKey(file: string): Promise<string> {
  const text = (await readFile(file, 'utf8')).trim();
  if (Buffer.from(text, 'base64url').length === KEY_BYTES) return text;
  throw stateUnavailable(
    `the key file ${file} holds no key: put the one from before back; without it, what was sealed stays closed`,
  );
}

/** Whole or not at all, and never over one that is there: of several processes that begin at once, one makes the key. */
async function makeKey(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${newKey()}\n`);
    await handle.sync();
    await link(draft, file).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64url');
}
