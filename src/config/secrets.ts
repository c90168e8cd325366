import path from 'node:path';
import type { Json } from '../catalog/json.ts';
import { isJsonObject } from '../catalog/json.ts';
import { type Path, toPointer } from '../text/pointer.ts';
import { type InputReader, toText } from './read-inputs.ts';

/** The largest file that a `${file:…}` may name, in bytes. */
const MAX_SECRET_BYTES = 1_048_576;

/** `$${` stands for a literal `${`; `${…}` is a reference; a `${` that nothing closes is caught as well. */
const REFERENCE = /\$\$\{|\$\{([^{}]*)\}|\$\{/g;

export interface SecretProblem {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
}

export interface Resolved {
  /** The value with every reference replaced. Where one failed, the text stands as it was written. */
  readonly value: Json;
  /** Texts that hold a resolved value, by JSON pointer, as they were written. */
  readonly written: ReadonlyMap<string, string>;
  /** Every resolved value, longest first. */
  readonly secrets: readonly string[];
  /** Values that did not come from a file, by name: what a digest of the configuration has to cover. */
  readonly environment: ReadonlyMap<string, string>;
  readonly problems: readonly SecretProblem[];
}

interface Deps {
  readonly environment: NodeJS.ProcessEnv;
  readonly reader: InputReader;
  /** Folder that relative `${file:…}` paths start from. */
  readonly folder: string;
}

/** Replaces `${env:NAME}` and `${file:path}` inside every text of a value; keys are left alone. */
export async function resolveSecrets(root: Json, deps: Deps): Promise<Resolved> {
  const written = new Map<string, string>();
  const secrets = new Set<string>();
  const environment = new Map<string, string>();
  const problems: SecretProblem[] = [];

  const visit = async (value: Json, at: Path): Promise<Json> => {
    if (typeof value === 'string') return value.includes('${') ? replace(value, at) : value;
    if (Array.isArray(value)) {
      const list: Json[] = [];
      for (const [index, item] of value.entries()) list.push(await visit(item, [...at, index]));
      return list;
    }
    if (!isJsonObject(value)) return value;
    const object: { [key: string]: Json } = {};
    for (const [key, item] of Object.entries(value)) object[key] = await visit(item, [...at, key]);
    return object;
  };

  const replace = async (text: string, at: Path): Promise<string> => {
    let result = '';
    let end = 0;
    let isSecret = false;
    for (const match of text.matchAll(REFERENCE)) {
      const found = match[0] === '$${' ? { text: '${' } : await lookUp(match[1]);
      if ('message' in found) {
        problems.push({ path: at, ...found });
        return text;
      }
      if (match[0] !== '$${') {
        isSecret = true;
        secrets.add(found.text);
      }
      result += text.slice(end, match.index) + found.text;
      end = match.index + match[0].length;
    }
    if (isSecret) written.set(toPointer(at), text);
    return result + text.slice(end);
  };

  const lookUp = async (reference: string | undefined): Promise<Found> => {
    const [, kind, name] = /^(env|file):(.+)$/.exec(reference ?? '') ?? [];
    if (kind === undefined || name === undefined) return NOT_A_REFERENCE;
    if (kind === 'file') return readSecret(name, deps);
    const value = Object.hasOwn(deps.environment, name) ? deps.environment[name] : undefined;
    if (value === undefined) return missing(`the environment variable \`${name}\` is not set`);
    if (value === '') return missing(`the environment variable \`${name}\` is empty`);
    environment.set(name, value);
    return { text: value };
  };

  const value = await visit(root, []);
  return {
    value,
    written,
    secrets: [...secrets].toSorted((a, b) => b.length - a.length),
    environment,
    problems,
  };
}

type Found = { readonly text: string } | { readonly message: string; readonly hint: string };

const NOT_A_REFERENCE: Found = {
  message: '`${` starts no reference that is known',
  hint: 'write `${env:NAME}`, `${file:path}`, or `$${` for a literal `${`',
};

function missing(message: string): Found {
  return { message, hint: 'set it where Bailiwick is started' };
}

async function readSecret(name: string, { reader, folder }: Deps): Promise<Found> {
  const read = await reader.file(path.resolve(folder, name), MAX_SECRET_BYTES);
  const hint = 'the path is relative to the configuration file';
  if (!read.ok) return { message: `the secret file \`${name}\` ${read.reason}`, hint };
  const text = toText(read.bytes)?.replace(/\r?\n$/, '');
  if (text === undefined) return { message: `the secret file \`${name}\` is not UTF-8 text`, hint };
  if (text === '') return { message: `the secret file \`${name}\` is empty`, hint };
  return { text };
}
