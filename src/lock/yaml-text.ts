import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';

/**
 * A JSON object as YAML for people to review: blocks, several lines of text as several lines, and every character that a
 * reader would not see as an escape. The same value gives the same bytes, and keys stay in their order.
 */
export function toYamlText(value: JsonObject): string {
  return `${toMap(value, '').slice(1)}\n`;
}

/** What follows `key:`, with the space or the line break before it. */
function toValue(value: Json, indent: string): string {
  if (typeof value === 'string') return ` ${toBlock(value, indent) ?? toScalar(value, PLAIN)}`;
  if (Array.isArray(value)) return value.length === 0 ? ' []' : (toFlow(value) ?? toList(value, indent));
  if (isJsonObject(value)) return Object.keys(value).length === 0 ? ' {}' : toMap(value, indent);
  return ` ${JSON.stringify(value)}`;
}

function toMap(value: JsonObject, indent: string): string {
  const lines = Object.entries(value).map(
    ([key, member]) => `\n${indent}${toKey(key)}:${toValue(member, `${indent}  `)}`,
  );
  return lines.join('');
}

function toList(value: readonly Json[], indent: string): string {
  const inner = `${indent}  `;
  const items = value.map((item) => {
    const text = toValue(item, inner);
    return `\n${indent}-${text.startsWith('\n') ? ` ${text.slice(1 + inner.length)}` : text}`;
  });
  return items.join('');
}

/** The longest list of scalars that stays on its line. */
const MAX_FLOW = 80;

function toFlow(value: readonly Json[]): string | undefined {
  if (value.some((item) => typeof item === 'object' && item !== null)) return undefined;
  const items = value.map((item) =>
    typeof item === 'string' ? toScalar(item, PLAIN_IN_FLOW) : JSON.stringify(item),
  );
  const text = ` [${items.join(', ')}]`;
  return text.length <= MAX_FLOW ? text : undefined;
}

/** What no reader sees, or sees as something else: controls, format characters, fillers, what is no character. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/u;
const EACH_UNSEEN = new RegExp(UNSEEN, 'gu');

/** Texts that need no quotes: they begin with a letter, `_`, `/` or `(`, and hold nothing that means something to YAML. */
const PLAIN = /^(?!\s)[A-Za-z\u00C0-\u024F\u0370-\uD7FF_/(](?!.*(?:: | #))(?:.*[^\s:])?$/u;
const PLAIN_IN_FLOW = /^(?!\s)[A-Za-z\u00C0-\u024F\u0370-\uD7FF_/][^,[\]{}"'#:]*(?<!\s)$/u;
const PLAIN_KEY = /^[A-Za-z_/$][A-Za-z0-9_/$.-]*$/;

/** Words that some reader of YAML, old ones included, takes for something else than text. */
const WORDS = new Set(['null', 'true', 'false', 'yes', 'no', 'on', 'off', 'y', 'n']);

function toScalar(text: string, plain: RegExp): string {
  const isPlain = plain.test(text) && !UNSEEN.test(text) && !WORDS.has(text.toLowerCase());
  return isPlain ? text : quote(text);
}

/** Keys that YAML readers refuse, or take for a merge, get a `\` in front; so do those that begin with one. */
const UNSAYABLE = /^(?:\\.*|<<|__proto__)$/s;

function toKey(key: string): string {
  if (UNSAYABLE.test(key)) return quote(`\\${key}`);
  return PLAIN_KEY.test(key) && !WORDS.has(key.toLowerCase()) ? key : quote(key);
}

/** The key that {@link toYamlText} wrote as `written`. */
export function toOriginalKey(written: string): string {
  return written.startsWith('\\') ? written.slice(1) : written;
}

/** Several lines as a literal block (YAML 1.2.2, section 8.1.2); `undefined` for what such a block cannot say. */
function toBlock(text: string, indent: string): string | undefined {
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  if (!body.includes('\n')) return undefined;
  const lines = body.split('\n');
  const isSayable = lines.every((line) => !UNSEEN.test(line) && !/^\s+$/u.test(line));
  if (!isSayable || lines.at(-1) === '' || lines[0] === '' || /^\s/u.test(lines[0] ?? '')) return undefined;
  const written = lines.map((line) => (line === '' ? '' : `${indent}${line}`));
  return `${body === text ? '|-' : '|'}\n${written.join('\n')}`;
}

function quote(text: string): string {
  return JSON.stringify(text).replace(EACH_UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xff_ff
      ? String.raw`\U${code.toString(16).padStart(8, '0')}`
      : String.raw`\u${code.toString(16).padStart(4, '0')}`;
  });
}
