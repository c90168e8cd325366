import { BailiwickError } from '../../errors.ts';
import { stateUnavailable } from '../unavailable.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

const WHAT_HAPPENED: Readonly<Record<number, string>> = {
  [BUSY]: 'is locked by another process',
  [LOCKED]: 'is locked by another process',
  [READONLY]: 'cannot be written: the file, its folder or the disk is read-only',
  [CORRUPT]: 'is damaged; put a copy from before in its place, or move it away to begin anew',
  [FULL]: 'cannot be written: the disk is full',
  [CANTOPEN]: 'cannot be opened: see the permissions of the file and of its folder',
  [NOTADB]: 'is not a SQLite file, or its beginning is damaged',
};

/** Another process holds what is needed: worth another try. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === LOCKED;
}

/** Any failure of a step as `STATE_UNAVAILABLE`, with the file's name; our own errors stay what they are. */
export function toStateError(file: string, error: unknown): Error {
  if (error instanceof BailiwickError || error instanceof RangeError) return error;
  const code = primaryCode(error);
  if (code === undefined) return stateUnavailable(`the state file ${file} holds what cannot be read`, error);
  const detail = error instanceof Error ? `: ${error.message}` : '';
  return stateUnavailable(`the state file ${file} ${WHAT_HAPPENED[code] ?? `failed${detail}`}`, error);
}

/** True where the message says all there is to know: SQLite itself refused, or there is nothing behind it. A stack tells nobody more. */
export function isOfFile({ cause }: Error): boolean {
  return cause === undefined || primaryCode(cause) !== undefined;
}

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return undefined;
  // Extended codes hold the primary one in their lowest byte.
  return error.errcode & 0xff;
}
