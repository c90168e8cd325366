import { text } from 'node:stream/consumers';
import { BailiwickError } from '../../errors.ts';
import type { KeyRecord } from '../../identity/keys/key-record.ts';
import { formOf } from '../../identity/keys/key-text.ts';
import { suggest } from '../../text/suggest.ts';
import type { Terminal } from '../terminal.ts';
import type { KeyRoom } from './with-keys.ts';

export const NAME_ARGUMENT = [
  '<name>',
  'the name that `bailiwick keys list` shows; - reads a key itself from standard input, e.g. one that leaked',
] as const;

/** The key that an argument names. @throws BailiwickError `USAGE` where there is none. */
export async function findNamed(
  { desk, file }: KeyRoom,
  argument: string,
  terminal: Terminal,
): Promise<KeyRecord> {
  const wanted = argument === '-' ? (await text(process.stdin)).trim() : argument;
  // It is where it should not be already: what was asked for is done all the same.
  if (argument !== '-' && isKey(argument)) {
    terminal.err(
      'Note: the key itself was on the command line, where the history of the shell keeps it and everybody on this machine could read it; say its name, or - and give it by standard input.',
    );
  }
  const found = await desk.find(wanted);
  if (found) return found;
  if (STATIC_KEY.test(wanted)) {
    throw new BailiwickError(
      'USAGE',
      `that is a static key, which no store has: bailiwick whoami --key - says whose it is, and what ends it is to take it out of identity.keys of ${file}`,
    );
  }
  if (argument === '-' || isKey(wanted)) {
    throw new BailiwickError('USAGE', `that key is not in the state of ${file}: it opens nothing here`);
  }
  const near = suggest(
    wanted,
    (await desk.list()).map(({ name }) => name),
  );
  const hint = near === undefined ? 'bailiwick keys list --all shows what there is' : `did you mean ${near}?`;
  throw new BailiwickError('USAGE', `no key "${wanted.slice(0, 64)}" in the state of ${file}; ${hint}`);
}

const STATIC_KEY = /^bw_[\w-]{20,}$/;

/** Whether it looks like a key, of the store or of the configuration. */
function isKey(argument: string): boolean {
  return formOf(argument) !== 'other' || STATIC_KEY.test(argument);
}
