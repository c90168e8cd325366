import { BailiwickError } from '../../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { OpenApiDocument, OpenApiVersion } from './document.ts';
import { recogniseVersion } from './version.ts';
import { parseYaml, YamlFault } from './yaml.ts';

/** JSON of this many characters or more that does not parse is not tried as YAML, which would take many seconds. */
const LARGE_JSON = 1_000_000;

/**
 * Reads the text of an OpenAPI document of version 2.0, 3.0, 3.1 or 3.2, JSON or YAML. The version counts by its first two numbers, whatever
 * follows them; nothing else is validated here, because everything else is an operation's own matter.
 *
 * @throws BailiwickError `CONFIGURATION` with file, line and column when the text is no such document.
 */
export function loadDocument(file: string, text: string): OpenApiDocument {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const root = parseText(file, source);
  if (!isJsonObject(root)) {
    const found = source.trim() === '' ? 'is empty' : 'is not a mapping at its top level';
    throw refuse(file, source, 0, `the document ${found}: an OpenAPI document is expected`);
  }
  const { version, warnings } = versionOf(file, source, root);
  const paths = root['paths'];
  if (paths !== undefined && paths !== null && !isJsonObject(paths)) {
    const offset = offsetOfKey(source, 'paths');
    throw refuse(file, source, offset, '`paths` is not a mapping: write it as paths to path items');
  }
  return { version, root, files: new Map(), warnings };
}

function parseText(file: string, text: string): Json {
  const looksLikeJson = /^\s*\{/.test(text);
  if (looksLikeJson) {
    try {
      const value: Json = JSON.parse(text);
      return value;
    } catch (error) {
      if (text.length >= LARGE_JSON) throw refuseJson(file, text, error);
    }
  }
  try {
    return parseYaml(text);
  } catch (error) {
    const fault =
      error instanceof YamlFault ? error : new YamlFault('it is nested too deeply, or not YAML at all');
    const form = looksLikeJson ? 'JSON' : 'YAML';
    const place = `${file}:${fault.line}:${fault.column}`;
    throw new BailiwickError(
      'CONFIGURATION',
      `${place} the document is not valid ${form}: ${fault.message}; correct it there`,
      { cause: error },
    );
  }
}

function versionOf(
  file: string,
  text: string,
  root: JsonObject,
): { version: OpenApiVersion; warnings: readonly string[] } {
  const reading = recogniseVersion(root);
  if ('problem' in reading) {
    const offset = reading.key === undefined ? 0 : offsetOfKey(text, reading.key);
    throw refuse(file, text, offset, reading.problem);
  }
  const { version, warning } = reading;
  if (warning === undefined) return { version, warnings: [] };
  const offset = offsetOfKey(text, version === '2.0' ? 'swagger' : 'openapi');
  return { version, warnings: [`${file}:${positionAt(text, offset)} ${warning}`] };
}

function refuse(file: string, text: string, offset: number, problem: string): BailiwickError {
  return new BailiwickError('CONFIGURATION', `${file}:${positionAt(text, offset)} ${problem}`);
}

function refuseJson(file: string, text: string, error: unknown): BailiwickError {
  const reason = error instanceof Error ? error.message : String(error);
  const offset = Number(/position (\d+)/.exec(reason)?.[1] ?? 0);
  const problem = `the document is not valid JSON: ${reason.slice(0, 200)}; correct it there`;
  return new BailiwickError('CONFIGURATION', `${file}:${positionAt(text, offset)} ${problem}`, {
    cause: error,
  });
}

/** Where the key is first written; the start of the text when it is written in an unusual way. */
function offsetOfKey(text: string, key: string): number {
  const match = new RegExp(`(?:^|[\\s{,])(["']?)${key}\\1\\s*:`).exec(text);
  return match === null ? 0 : match.index + match[0].indexOf(key) - (match[1] === '' ? 0 : 1);
}

function positionAt(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `${line}:${offset - (before.lastIndexOf('\n') + 1) + 1}`;
}
