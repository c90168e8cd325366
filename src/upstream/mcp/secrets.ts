import { existsSync } from 'node:fs';
import path from 'node:path';
import type { McpServerAddress } from './transport.ts';

/** A setting's text, and what it is called: a header, a variable, a parameter of the URL, the option before an argument. */
interface Setting {
  readonly name: string;
  readonly text: string;
}

/** Names of settings that hold credentials: `Authorization`, `X-Api-Key`, `GITHUB_TOKEN`, `--password`; not `X-Author`. */
const NAMES_A_CREDENTIAL =
  /auth(?!ors?(?![a-z]))|token|key|secret|passw|passphrase|pwd|credential|cookie|session|signature/i;

/** As long and as mixed as no word, version, date or media type is. */
const RANDOM = /(?=\w*\d)\w{16,}/;

/** `production`, `mcp.example.com`, `repos,issues`. */
const WORDS = /^[A-Za-z]{1,15}(?:[ ,._-][A-Za-z]{1,15})*$/;

/**
 * What must not come back from a server: the credentials that it is given. A mask where there was no secret would damage
 * results, so a text counts by where it comes from and what it looks like:
 *
 * - what a reference brought in (`references`), anywhere in the server's settings; unless it is a path on this machine, or
 *   plain words in a setting whose name speaks of no credential;
 * - the literal value of a header or of a parameter of the URL, where the name speaks of a credential or the value looks
 *   random; of an environment variable, where both are so.
 */
export function secretsOf(server: McpServerAddress, references: readonly string[]): string[] {
  const isRemote = 'url' in server;
  const settings = isRemote
    ? [...toSettings(new URL(server.url).searchParams), ...toSettings(Object.entries(server.headers))]
    : toSettings(Object.entries(server.env));
  const others = isRemote
    ? [{ name: 'url', text: server.url }]
    : server.command.map((text, index) => ({ name: `${server.command[index - 1] ?? ''} ${text}`, text }));
  const broughtIn = [...settings, ...others].flatMap((setting) =>
    references.filter((reference) => setting.text.includes(reference) && isSecret(reference, setting.name)),
  );
  const literals = settings.filter(({ name, text }) => isSecretLiteral(name, text, isRemote));
  return [...broughtIn, ...literals.map(({ text }) => text)].flatMap(withParts);
}

function toSettings(entries: Iterable<[string, string]>): Setting[] {
  return [...entries].map(([name, text]) => ({ name, text }));
}

function isSecret(reference: string, name: string): boolean {
  if (path.isAbsolute(reference) && existsSync(reference)) return false;
  return NAMES_A_CREDENTIAL.test(name) || !WORDS.test(reference);
}

function isSecretLiteral(name: string, text: string, isRemote: boolean): boolean {
  const isNamed = NAMES_A_CREDENTIAL.test(name) && !/^\d*$/.test(text);
  return isRemote ? isNamed || RANDOM.test(text) : isNamed && RANDOM.test(text) && !path.isAbsolute(text);
}

/**
 * A secret, and what an upstream takes out of it: the credential behind its scheme (RFC 9110 §11.4), the values of cookies
 * and of connection strings.
 */
function withParts(secret: string): string[] {
  const [, scheme = '', credential] = /^(bearer|basic|token|apikey) +(.+)$/i.exec(secret) ?? [];
  const password = scheme.toLowerCase() === 'basic' ? passwordOf(credential ?? '') : undefined;
  const pairs = [...secret.matchAll(/(?:^|;) *([\w.-]+)=([^;, ]+)/g)];
  const values = pairs
    .filter(([, name = '', value = '']) => NAMES_A_CREDENTIAL.test(name) || !WORDS.test(value))
    .map(([, , value]) => value);
  return [secret, credential, password, ...values].filter((part) => part !== undefined);
}

/** RFC 7617 §2. */
function passwordOf(credential: string): string | undefined {
  return /^[^:]*:(.+)$/s.exec(Buffer.from(credential, 'base64').toString())?.[1];
}
