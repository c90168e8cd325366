import { digestOfText } from '../../catalog/canonical.ts';
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../catalog/json.ts';
import { createTextMask } from '../../telemetry/mask.ts';
import { below, chooseNames, type Chosen, type ChosenPlace } from './chosen.ts';
import { isSecretName } from './secret-name.ts';
import { secretPlaces, type SchemaPlace } from './secret-schema.ts';
import { maskCredentials, SECRET } from './secret-text.ts';

/** Takes out of values what a record must not keep. Never throws; the work and the result are bounded. */
export interface Mask {
  /**
   * The same structure with markers in square brackets in the place of secrets, long texts and binary data.
   *
   * `schema` describes the value; what it marks as secret is masked too. At most about {@link MAX_CHARACTERS} characters come
   * back; where something was left out, the form says so.
   */
  value(value: Json, schema?: JsonSchema): Json;
  text(text: string): string;
}

export interface MaskOptions {
  /** Member names and JSON pointers of the operator's choice. */
  readonly chosen: readonly string[];
  /** Secrets of the configuration. */
  readonly secrets: readonly string[];
}

/** Longer texts are kept as their length and digest. */
const MAX_TEXT = 2_048;

/** Base64 from here on is data, not a word. */
const MIN_BASE64 = 256;

const MAX_CHARACTERS = 16_384;
const MAX_VALUES = 2_000;
const MAX_DEPTH = 32;

/** Members of one object, and items of one array, that are kept. */
const MAX_MEMBERS = 200;

/** Members that name what stands in the member beside them, `path` of a JSON Patch (RFC 6902) among them. */
const LABELS = /^(?:name|key|header|field|variable|path)$/i;
const LABELLED = /^(?:value|values|val)$/i;

const LEFT_OUT = '[left out]';

/** Where in the value the walk is. */
interface Here {
  readonly depth: number;
  readonly chosen: ChosenPlace;
  readonly schema: SchemaPlace | undefined;
}

export function createMask(options: MaskOptions): Mask {
  const chosen = chooseNames(options.chosen);
  const maskKnown = createTextMask(options.secrets);
  const text = (whole: string): string => describeData(whole) ?? maskCredentials(maskKnown(whole));
  return {
    text,
    value(value, schema) {
      const place = isJsonObject(schema) ? secretPlaces(schema) : undefined;
      const walk = createWalk({ chosen, text, maskKnown });
      return walk(value, { depth: 0, chosen: chosen.root, schema: place });
    },
  };
}

function createWalk(deps: {
  readonly chosen: Chosen;
  readonly text: (text: string) => string;
  readonly maskKnown: (text: string) => string;
}): (value: Json, here: Here) => Json {
  const { chosen, text, maskKnown } = deps;
  const left = { characters: MAX_CHARACTERS, values: MAX_VALUES };
  const isSpent = (): boolean => left.characters <= 0 || left.values <= 0;

  /** Work is bounded with the result: a text that shrank under the mask was looked at all the same. */
  function spend(masked: string, whole = masked): string {
    left.characters -= whole.length > MAX_TEXT ? masked.length : Math.max(whole.length, masked.length);
    return masked;
  }

  function walk(value: Json, here: Here): Json {
    if (isSpent()) return LEFT_OUT;
    left.values -= 1;
    if (typeof value === 'string') return spend(maskDocument(value, here) ?? text(value), value);
    if (typeof value === 'number') return maskNumber(value);
    if (typeof value !== 'object' || value === null) return value;
    if (here.depth >= MAX_DEPTH) return LEFT_OUT;
    return Array.isArray(value) ? walkItems(value, here) : walkMembers(value, here);
  }

  /** A text that is a JSON document, where something in it is masked as in any other value. */
  function maskDocument(whole: string, { depth }: Here): string | undefined {
    if (whole.length > MAX_TEXT || depth >= MAX_DEPTH || !/^\s*[[{]/.test(whole)) return undefined;
    let document: Json;
    try {
      document = JSON.parse(whole) as Json;
    } catch {
      return undefined;
    }
    const masked = JSON.stringify(walk(document, { depth: depth + 1, chosen: undefined, schema: undefined }));
    return masked === JSON.stringify(document) ? undefined : masked;
  }

  function maskNumber(value: number): Json {
    const shown = String(value);
    const masked = spend(maskKnown(shown));
    return masked === shown ? value : masked;
  }

  function walkItems(items: readonly Json[], here: Here): Json[] {
    const masked: Json[] = [];
    for (const item of items.slice(0, MAX_MEMBERS)) {
      if (isSpent()) break;
      const index = masked.length;
      const next = below(here.chosen, String(index));
      const schema = here.schema?.item(index);
      const isSecret = next.isChosen || schema?.isSecret === true || isSecretNext(items, index);
      masked.push(isSecret ? hide(item) : walk(item, { depth: here.depth + 1, chosen: next.rest, schema }));
    }
    if (masked.length < items.length) masked.push(`[${items.length - masked.length} more left out]`);
    return masked;
  }

  function walkMembers(object: JsonObject, here: Here): JsonObject {
    const all = Object.keys(object);
    const names = all.slice(0, MAX_MEMBERS);
    const labelled = labelledMembers(object, names);
    const masked = new Map<string, Json>();
    for (const name of names) {
      if (isSpent()) break;
      const value = object[name] ?? null;
      const next = below(here.chosen, name);
      const schema = here.schema?.member(name);
      const isSecret =
        next.isChosen || schema?.isSecret === true || isNamedSecret(name) || labelled.includes(name);
      const shown = uniqueIn(masked, spend(text(name), name));
      masked.set(
        shown,
        isSecret ? hide(value) : walk(value, { depth: here.depth + 1, chosen: next.rest, schema }),
      );
    }
    const more = all.length - masked.size;
    if (more > 0) masked.set(uniqueIn(masked, '…'), `[${more} more members left out]`);
    return Object.fromEntries(masked);
  }

  function isNamedSecret(name: string): boolean {
    return isSecretName(name) || chosen.isName(name);
  }

  /** `{ name: 'password', value: … }`, as headers, environments and patches are written, and the data of a Kubernetes Secret. */
  function labelledMembers(object: JsonObject, names: readonly string[]): readonly string[] {
    if (object['kind'] === 'Secret') return ['data', 'stringData'];
    const isLabelled = names.some((member) => {
      const label = LABELS.test(member) ? object[member] : undefined;
      return typeof label === 'string' && isNamedSecret(label);
    });
    return isLabelled ? names.filter((member) => LABELLED.test(member)) : [];
  }

  /** `['--password', …]`, as command lines are written, and `['X-Api-Key', …]`, as headers are. */
  function isSecretNext(items: readonly Json[], index: number): boolean {
    const before = items[index - 1];
    if (typeof before !== 'string') return false;
    return (before.startsWith('-') || items.length === 2) && isNamedSecret(before);
  }

  return walk;
}

/** Yes, no and nothing hide nothing. */
function hide(value: Json): Json {
  return value === null || typeof value === 'boolean' || value === '' ? value : SECRET;
}

/** Two names that are masked alike stay two members. */
function uniqueIn(members: ReadonlyMap<string, Json>, name: string): string {
  if (!members.has(name)) return name;
  let count = 2;
  while (members.has(`${name} (${count})`)) count += 1;
  return `${name} (${count})`;
}

/** What is kept of a text that is too long, or no text at all. */
function describeData(text: string): string | undefined {
  if (/^data:[^,]{0,200};base64,/i.test(text) || isBase64(text)) {
    return `[base64 of ${text.length} characters, ${digestOfText(text)}]`;
  }
  // oxlint-disable-next-line no-control-regex -- Control characters are what tells binary data from text.
  if (text.length >= MIN_BASE64 && /[\u0000-\u0008\u000e-\u001f]/.test(text)) {
    return `[binary data of ${text.length} characters, ${digestOfText(text)}]`;
  }
  if (text.length > MAX_TEXT) return `[text of ${text.length} characters, ${digestOfText(text)}]`;
  return undefined;
}

function isBase64(text: string): boolean {
  return text.length >= MIN_BASE64 && /^[\w+/-]+={0,2}$/.test(text.replaceAll(/[\r\n]/g, ''));
}
