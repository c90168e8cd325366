import { readFile } from 'node:fs/promises';
import type { GivenHead } from '../../audit/given-heads.ts';
import { keyFileBeside, readKeyFile } from '../../audit/key-file.ts';
import { parseHeads, parseTypedHead } from '../../audit/parse-heads.ts';
import type { Trust } from '../../audit/signatures.ts';
import { parsePublicKey, parseSigningKey } from '../../audit/signing-key.ts';
import type { PublicKey } from '../../audit/signing-key.ts';
import type { AuditSettings } from '../../audit/settings.ts';
import { BailiwickError } from '../../errors.ts';

const PEM = /-----BEGIN [^-]+-----[^-]*-----END [^-]+-----/g;

/**
 * The heads that `--head` names: each is `chain:seq:hash`, or a file.
 *
 * @throws BailiwickError `USAGE` for what is neither.
 */
export async function readHeads(named: readonly string[]): Promise<GivenHead[]> {
  const heads = await Promise.all(
    named.map(async (text) => {
      const typed = parseTypedHead(text);
      if (typed) return [typed];
      const content = await readNamed('--head', text, 'nor is it chain:seq:hash');
      try {
        return parseHeads(content, text);
      } catch (error) {
        throw new BailiwickError('USAGE', `--head ${text}: ${(error as Error).message}`);
      }
    }),
  );
  return heads.flat();
}

/**
 * The keys that verification believes: those that `--trust` names and those of the configuration; without any, the one
 * that was made beside the directory.
 *
 * @throws BailiwickError `USAGE` for a file without a public key.
 */
export async function readTrust(
  named: readonly string[],
  directory: string,
  settings: AuditSettings | undefined,
): Promise<Trust> {
  const files = await Promise.all(named.map(readTrustFile));
  const configured = (settings?.signing.keys ?? []).map(parseSigningKey);
  const keys = [...files.flat(), ...configured];
  if (keys.length > 0) return { keys, isRequired: true };
  const made = await readKeyFile(keyFileBeside(directory)).catch(() => undefined);
  return { keys: made ? [made] : [], isRequired: false };
}

async function readTrustFile(file: string): Promise<PublicKey[]> {
  const text = await readNamed('--trust', file, '');
  try {
    return (text.match(PEM) ?? [text.trim()]).map(parsePublicKey);
  } catch (error) {
    throw new BailiwickError('USAGE', `--trust ${file}: ${(error as Error).message}`);
  }
}

async function readNamed(option: string, file: string, otherwise: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new BailiwickError(
      'USAGE',
      `${option}: the file ${file} cannot be read (${code})${otherwise && `, ${otherwise}`}`,
    );
  }
}
