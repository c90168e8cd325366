import { BailiwickError } from '../../errors.ts';
import { MAX_AUTHORIZATION_LENGTH } from '../../identity/credential.ts';
import type { Terminal } from '../terminal.ts';

/** Beyond this nothing is read: no server would look at it. */
const MAX_LENGTH = 4 * MAX_AUTHORIZATION_LENGTH;

/** What `Authorization` would hold, of what was piped in: a token, a key, or the whole value of the header, or the whole header. */
const HEADER = /^(?:authorization:\s*)?(bearer|dpop)\s+(?=\S)/i;

/**
 * The `Authorization` value for a credential from standard input.
 *
 * @param given what stands after `--token`: nothing but `-` is taken
 * @throws BailiwickError `USAGE`; it never repeats what was given
 */
export async function readAuthorization(
  option: '--token' | '--key',
  given: string,
  input: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean },
  terminal: Pick<Terminal, 'err'>,
): Promise<string> {
  if (given !== '-') throw shownOnCommandLine(option);
  if (input.isTTY) terminal.err('Paste the credential, then Enter and Ctrl+D. It is shown as you paste it.');
  const text = (await readSome(input)).trim();
  if (text === '') {
    throw new BailiwickError(
      'USAGE',
      `${option} -: standard input was empty; the command before the pipe printed no credential`,
    );
  }
  const scheme = HEADER.exec(text)?.[1] ?? 'Bearer';
  return `${scheme} ${text.replace(HEADER, '')}`;
}

/** The refusal of a credential on the command line. It does not repeat it. */
export function shownOnCommandLine(option: '--token' | '--key'): BailiwickError {
  return new BailiwickError(
    'USAGE',
    `${option} takes - alone, and reads the credential from standard input: \`… | bailiwick whoami ${option} -\`. On the command line it stays in the history of the shell, and everybody on this machine can read it in the list of processes; if it was a real one, have it replaced`,
  );
}

async function readSome(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of input) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length > MAX_LENGTH) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
