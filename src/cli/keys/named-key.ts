import { text } from 'node:stream/consumers';
import { BailiwickError } from '../../errors.ts';
import type { KeyRecord } from '../../identity/keys/key-record.ts';
import { formOf } from '../../identity/keys/key-text.ts';
import { suggest } from '../../text/suggest.ts';
import type { KeyRoom } from './with-keys.ts';

export const NAME_ARGUMENT = [
  '<name>',
  'the name that `bailiwick keys list` shows; - reads a key itself from standard input, e.g. one that leaked',
] as const;

/** The key that an argument names. @throws BailiwickError `USAGE` where there is none. */
export async function findNamed({ desk, file }: KeyRoom, argument: string): Promise<KeyRecord> {
  const wanted = argument === '-' ? (await text(process.stdin)).trim() : argument;
  const found = await desk.find(wanted);
  if (found) return found;
  if (argument === '-' || formOf(wanted) !== 'other') {
    throw new BailiwickError('USAGE', `that key is not in the state of ${file}: it opens nothing here`);
  }
  const near = suggest(
    wanted,
    (await desk.list()).map(({ name }) => name),
  );
  const hint = near === undefined ? 'bailiwick keys list --all shows what there is' : `did you mean ${near}?`;
  throw new BailiwickError('USAGE', `no key "${wanted.slice(0, 64)}" in the state of ${file}; ${hint}`);
}
