import { isJsonObject, type Json } from '../catalog/json.ts';
import { SOURCE_NAME } from '../catalog/names.ts';
import { BailiwickError } from '../errors.ts';
import type { Path } from '../text/pointer.ts';
import { readYaml, type YamlProblem, type YamlRules } from '../text/yaml.ts';
import { toLockEntry, type LockEntry } from './entry.ts';
import { LOCK_VERSION, type Lock } from './lock.ts';
import { readWritten } from './read-written.ts';
import { HEADER } from './write.ts';
import { toOriginalKey } from './yaml-text.ts';

const RULES: YamlRules = {
  maxLength: 67_108_864,
  // A definition is nested less deeply than 250, inside the three levels of the file.
  maxDepth: 256,
  maxValues: 2_000_000,
  maxFlaws: 5,
  // Definitions hold the numbers that their documents hold, as JSON reads them.
  exact: false,
};

/** More than anybody mends at once. */
const MAX_PROBLEMS = 20;

const ADVICE =
  'take the file from version control, or remove it and run `bailiwick compile --lock` to review everything anew';

/**
 * Reads the text of a lock. Tolerant of nothing: what was changed by hand has not been reviewed.
 *
 * @param file How problems name it.
 * @throws BailiwickError `CONFIGURATION` with file, line and column of each problem; `data.problems` has them as data.
 */
export function readLock({ file, text }: { readonly file: string; readonly text: string }): Lock {
  const written = text.startsWith(HEADER) ? readWritten(text.slice(HEADER.length)) : undefined;
  if (written !== undefined) {
    let isSound = true;
    const entries = toEntries(written, () => (isSound = false));
    if (isSound) return toLock(entries);
  }
  return readSlowly(file, text);
}

/** Reads any YAML, and knows where everything stands. */
function readSlowly(file: string, text: string): Lock {
  const document = readYaml(text, RULES);
  const problems: { line: number; column: number; message: string }[] = [];
  const refuse: Refuse = (path, message, part = 'key') => {
    if (problems.length < MAX_PROBLEMS) problems.push({ ...document.positionOf(path, part), message });
  };
  for (const problem of document.problems) problems.push({ ...problem, message: toWords(problem) });
  const entries = problems.length > 0 ? [] : toEntries(toOriginal(document.value), refuse);
  if (problems.length === 0) return toLock(entries);
  const lines = problems.map(({ line, column, message }) => `${file}:${line}:${column}  ${message}`);
  throw new BailiwickError('CONFIGURATION', [...lines, `  ${ADVICE}`].join('\n'), {
    data: { problems: problems.map(({ line, column, message }) => ({ file, line, column, message })) },
  });
}

function toLock(entries: readonly LockEntry[]): Lock {
  return { entries: new Map(entries.map((entry) => [entry.id, entry])) };
}

type Refuse = (path: Path, message: string, part?: 'key' | 'value') => void;

function toEntries(root: Json, refuse: Refuse): LockEntry[] {
  if (!isJsonObject(root)) {
    refuse([], 'a lock begins with `version` and `tools`', 'value');
    return [];
  }
  const { version, tools, ...others } = root;
  if (typeof version === 'number' && Number.isInteger(version) && version > LOCK_VERSION) {
    refuse(
      ['version'],
      `a lock of version ${version} was written by a newer Bailiwick; this one reads ${LOCK_VERSION}`,
    );
    return [];
  }
  if (version !== LOCK_VERSION) refuse(['version'], `\`version\` must be ${LOCK_VERSION}`);
  for (const key of Object.keys(others)) refuse([key], `a lock has no member \`${brief(key)}\``);
  if (!isJsonObject(tools)) {
    refuse(['tools'], '`tools` must map `<source>/<tool>` to definitions');
    return [];
  }
  return Object.entries(tools).flatMap(([id, written]) => toEntry(id, written, refuse) ?? []);
}

function toEntry(id: string, written: Json, refuse: Refuse): LockEntry | undefined {
  const path = ['tools', id];
  const name = brief(id);
  const [source = '', own = '', ...rest] = id.split('/');
  if (!SOURCE_NAME.test(source) || !/^[A-Za-z0-9_-]{1,64}$/.test(own) || rest.length > 0) {
    refuse(path, `\`${name}\` names no tool; a tool is \`<source>/<own name>\``);
    return undefined;
  }
  if (!isJsonObject(written) || typeof written['digest'] !== 'string') {
    refuse(path, `${name}: an entry is a definition with its \`digest\``);
    return undefined;
  }
  const { digest, ...definition } = written;
  const entry = toLockEntry(id, definition);
  if (entry.digest === digest) return entry;
  refuse([...path, 'digest'], `${name}: the digest is not that of the entry, so one of them was edited`);
  return undefined;
}

/** The value with the keys that were meant. */
function toOriginal(value: Json): Json {
  if (Array.isArray(value)) return value.map(toOriginal);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [toOriginalKey(key), toOriginal(member)]),
  );
}

/** `duplicate-key` and its detail as `duplicate key: a`. */
function toWords({ kind, detail }: YamlProblem): string {
  return `${kind.replaceAll('-', ' ')}${detail === '' ? '' : `: ${brief(detail)}`}`;
}

function brief(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text).slice(1, -1);
}
