import { readFile } from 'node:fs/promises';
import { BailiwickError } from '../../errors.ts';
import { toPrincipal } from '../../identity/configured-principal.ts';
import type { Principal } from '../../identity/principal.ts';
import type { NamedPrincipal } from '../../policy/diff/principals.ts';
import { TestPrincipal } from '../../policy/test-file/schema.ts';

export const PRINCIPAL_OPTION = [
  '--principal <json>',
  `a caller whom no file names: '{"groups":["dev"]}', or @file`,
] as const;

/**
 * The principal that somebody writes on a command line: JSON with what tests of policies have, or a file that holds it.
 *
 * @throws BailiwickError `USAGE`
 */
export async function readGivenPrincipal(text: string): Promise<NamedPrincipal> {
  const json = text.startsWith('@') ? await readPrincipalFile(text.slice(1)) : text;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new BailiwickError(
      'USAGE',
      `--principal is not JSON: ${(error as Error).message}; write for example '{"groups":["dev"]}'`,
    );
  }
  const parsed = TestPrincipal.safeParse(value);
  if (parsed.success) {
    const name = text.startsWith('@') ? text : json.trim();
    return {
      name,
      kind: 'given',
      principal: toTestPrincipal(parsed.data.subject ?? 'somebody', parsed.data),
    };
  }
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw new BailiwickError('USAGE', `--principal: ${where}${issue?.message ?? 'is no principal'}`);
}

/** The principal that an entry of `principals` of a test file describes. */
export function toTestPrincipal(name: string, settings: TestPrincipal): Principal {
  return toPrincipal(settings.issuer, settings.subject ?? name, settings);
}

async function readPrincipalFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new BailiwickError('USAGE', `--principal: ${file} cannot be read (${code})`);
  }
}
