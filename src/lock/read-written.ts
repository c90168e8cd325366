import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import { toOriginalKey, toYamlText } from './yaml-text.ts';

/**
 * Reads a text that {@link toYamlText} wrote, in a tenth of the time that a parser of all YAML takes: locks of large APIs
 * have megabytes.
 *
 * How it reads need not be trusted: what it read is written again, and only where that gives the very same text is it the
 * answer.
 *
 * @returns `undefined` for every other text: a parser of YAML may read it, or say what is wrong with it.
 */
export function readWritten(text: string): JsonObject | undefined {
  try {
    const value = new Reading(text).root();
    return isJsonObject(value) && toYamlText(value) === text ? value : undefined;
  } catch (error) {
    // No text of ours, or one that is nested without end.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A key, and what stands behind its colon. */
const MEMBER = /^("(?:[^"\\]|\\.)*"|[A-Za-z_/$][A-Za-z0-9_/$.-]*):(?: (.*))?$/;

/** A piece of a list that stands on one line. */
const FLOW_ITEM = /"(?:[^"\\]|\\.)*"|[^,\s][^,]*/g;

/** One pass over the lines. Sloppy: whoever asks compares. */
class Reading {
  readonly #lines: string[];
  #next = 0;

  constructor(text: string) {
    this.#lines = text.split('\n');
    // The line break at the end ends the last line.
    this.#lines.pop();
  }

  root(): Json {
    return this.#block(0);
  }

  /** The lines at this indentation, as a list or a map. */
  #block(indent: number): Json {
    return this.#content(indent)?.startsWith('- ') ? this.#list(indent) : this.#map(indent);
  }

  #map(indent: number): JsonObject {
    const members: [string, Json][] = [];
    for (let line = this.#content(indent); line !== undefined; line = this.#content(indent)) {
      const [, key, rest] = MEMBER.exec(line) ?? [];
      if (key === undefined) throw new SyntaxError('no member of a map');
      this.#next++;
      members.push([toOriginalKey(key.startsWith('"') ? unquote(key) : key), this.#value(rest, indent + 2)]);
    }
    return Object.fromEntries(members);
  }

  #list(indent: number): Json[] {
    const items: Json[] = [];
    for (let line = this.#content(indent); line !== undefined; line = this.#content(indent)) {
      if (!line.startsWith('- ')) throw new SyntaxError('no item of a list');
      const item = line.slice(2);
      if (item.startsWith('- ') || MEMBER.test(item)) {
        // What begins on the line of its `-` goes on below, as if it stood there.
        this.#lines[this.#next] = `${' '.repeat(indent + 2)}${item}`;
        items.push(this.#block(indent + 2));
      } else {
        this.#next++;
        items.push(this.#value(item, indent + 2));
      }
    }
    return items;
  }

  /** @param indent Of the lines below that belong to it. */
  #value(text: string | undefined, indent: number): Json {
    if (text === undefined) return this.#block(indent);
    if (text === '{}') return {};
    if (text === '|' || text === '|-') return this.#literal(indent) + (text === '|' ? '\n' : '');
    return text.startsWith('[') ? (text.slice(1, -1).match(FLOW_ITEM) ?? []).map(toScalar) : toScalar(text);
  }

  #literal(indent: number): string {
    const lines: string[] = [];
    const prefix = ' '.repeat(indent);
    for (let line = this.#lines[this.#next]; line !== undefined; line = this.#lines[this.#next]) {
      if (line !== '' && !line.startsWith(prefix)) break;
      lines.push(line.slice(indent));
      this.#next++;
    }
    return lines.join('\n');
  }

  /** The next line without its indentation; `undefined` where it is indented less. */
  #content(indent: number): string | undefined {
    const line = this.#lines[this.#next];
    return line?.startsWith(' '.repeat(indent)) ? line.slice(indent) : undefined;
  }
}

function toScalar(text: string): Json {
  if (text.startsWith('"')) return unquote(text);
  return /^(?:[-\d]|(?:null|true|false)$)/.test(text) ? (JSON.parse(text) as Json) : text;
}

/** YAML's `\U0001f600` is two escapes in JSON; all others are the same. */
function unquote(text: string): string {
  const json = text.replace(/\\(?:U([0-9a-f]{8})|.)/g, (escape, code: string | undefined) =>
    code === undefined ? escape : String.fromCodePoint(Number.parseInt(code, 16)),
  );
  return String(JSON.parse(json));
}
