import { BailiwickError, messageOf } from '../../errors.ts';
import type { Json } from '../../catalog/json.ts';
import { createPositions, type NamedText } from './position.ts';
import { findRepeatedKeys } from './repeated-keys.ts';
import { parseYaml, YamlFault, type YamlRemark } from './yaml.ts';

/** JSON of this many characters or more that does not parse is not tried as YAML, which would take many seconds. */
const LARGE_JSON = 1_000_000;

/** More warnings about one text than anybody reads. */
const MAX_WARNINGS = 20;

/** A text as the JSON it stands for, with what was tolerated: sentences with file, line and column. */
export interface ParsedText {
  readonly value: Json;
  readonly warnings: readonly string[];
}

/**
 * Reads JSON or YAML, without a byte order mark. Of a repeated key the last one counts, with a warning.
 *
 * @throws BailiwickError `CONFIGURATION` with file, line and column.
 */
export function parseText(named: NamedText): ParsedText {
  const { text } = named;
  const looksLikeJson = /^\s*[{[]/.test(text);
  if (looksLikeJson) {
    const parsed = tryJson(named);
    if (parsed !== undefined) return parsed;
  }
  try {
    const { value, remarks } = parseYaml(text);
    return { value, warnings: toWarnings(named, remarks) };
  } catch (error) {
    const fault =
      error instanceof YamlFault ? error : new YamlFault('it is nested too deeply, or not YAML at all');
    throw broken(named, {
      form: looksLikeJson ? 'JSON' : 'YAML',
      offset: fault.offset,
      reason: fault.message,
      cause: error,
    });
  }
}

/** `undefined` for what may be YAML after all: JSON with comments or trailing commas is. */
function tryJson(named: NamedText): ParsedText | undefined {
  let value: Json;
  try {
    value = JSON.parse(named.text);
  } catch (error) {
    if (named.text.length < LARGE_JSON) return undefined;
    const reason = messageOf(error);
    const offset = Number(/position (\d+)/.exec(reason)?.[1] ?? 0);
    throw broken(named, { form: 'JSON', offset, reason: reason.slice(0, 200), cause: error });
  }
  return { value, warnings: toWarnings(named, remarksOnJson(named.text, value)) };
}

function remarksOnJson(text: string, value: Json): YamlRemark[] {
  try {
    return findRepeatedKeys(text, value).map(({ key, offset }) => ({
      offset,
      problem: `the key \`${key.slice(0, 80)}\` is repeated; the last one counts`,
    }));
  } catch (error) {
    // Nested more deeply than a walk can follow: whoever reads that part says so.
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function toWarnings({ file, text }: NamedText, remarks: readonly YamlRemark[]): string[] {
  const positionOf = createPositions(text);
  const shown = remarks.toSorted((a, b) => a.offset - b.offset).slice(0, MAX_WARNINGS);
  const warnings = shown.map(({ offset, problem }) => `${file}:${positionOf(offset)} ${problem}`);
  const rest = remarks.length - shown.length;
  return rest > 0 ? [...warnings, `${file} has ${rest} more remarks of this kind`] : warnings;
}

function broken(
  { file, text }: NamedText,
  { form, offset, reason, cause }: { form: string; offset: number; reason: string; cause: unknown },
): BailiwickError {
  const place = `${file}:${createPositions(text)(offset)}`;
  const problem = `the document is not valid ${form}: ${reason}; correct it there`;
  return new BailiwickError('CONFIGURATION', `${place} ${problem}`, { cause });
}
