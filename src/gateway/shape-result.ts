import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';

/** Where a cut result says what was left out. */
export const TRUNCATED_META_KEY = 'io.bailiwick/truncated';

/** Below this many bytes a part is not worth shrinking further. */
const MIN_SHARE = 64;

interface Cut {
  /** What was left out, in words a model understands. */
  readonly notes: string[];
}

/**
 * Fits a `CallToolResult` into a budget of UTF-8 bytes by leaving out whole values: array items from the end, then
 * binary content, then whole lines of text. JSON stays valid JSON; a value is never cut in its middle.
 *
 * A result inside the budget is returned as it is. One that was cut says so in `_meta` and in a text block.
 */
export function shapeResult(result: JsonObject, maxBytes: number): JsonObject {
  const total = byteLength(result);
  if (total <= maxBytes) return result;
  const cut: Cut = { notes: [] };
  const content = Array.isArray(result['content']) ? result['content'] : [];
  const structured = result['structuredContent'];
  // A client that reads structured content also gets it as text (MCP, "Structured Content"), so the budget is halved.
  const share = Math.floor(maxBytes / (structured === undefined ? 1 : 2) / Math.max(1, content.length));
  const shaped: JsonObject = {
    ...result,
    content: content.map((block) => shapeBlock(block, share, cut)),
  };
  if (structured !== undefined)
    shaped['structuredContent'] = shapeJson(structured, Math.floor(maxBytes / 2), cut);
  const notes = [...new Set(cut.notes)];
  shaped['content'] = [
    ...(shaped['content'] as Json[]),
    {
      type: 'text',
      text: `[Result cut: ${total} bytes, budget ${maxBytes}. ${notes.join(' ')} Narrow the call (filter, limit, page) to get the rest.]`,
    },
  ];
  const meta = isJsonObject(result['_meta']) ? result['_meta'] : {};
  shaped['_meta'] = { ...meta, [TRUNCATED_META_KEY]: { bytes: total, budget: maxBytes, leftOut: notes } };
  return shaped;
}

function shapeBlock(block: Json, budget: number, cut: Cut): Json {
  if (!isJsonObject(block) || byteLength(block) <= budget) return block;
  if (block['type'] === 'text' && typeof block['text'] === 'string') {
    return { ...block, text: shapeText(block['text'], budget, cut) };
  }
  const resource = block['resource'];
  if (isJsonObject(resource) && typeof resource['text'] === 'string') {
    return { ...block, resource: { ...resource, text: shapeText(resource['text'], budget, cut) } };
  }
  const kind = typeof block['type'] === 'string' ? block['type'] : 'content';
  cut.notes.push(`A block of type ${kind} (${byteLength(block)} bytes) was left out.`);
  return { type: 'text', text: `[${kind} of ${byteLength(block)} bytes left out: over the size budget]` };
}

function shapeText(text: string, budget: number, cut: Cut): string {
  const parsed = parseJson(text);
  if (parsed !== undefined) return JSON.stringify(shapeJson(parsed, budget, cut));
  const lines = text.split('\n');
  let kept = 0;
  let size = 0;
  for (const line of lines) {
    size += Buffer.byteLength(line) + 1;
    if (size > budget) break;
    kept += 1;
  }
  cut.notes.push(`${lines.length - kept} of ${lines.length} lines of text were left out.`);
  return lines.slice(0, kept).join('\n');
}

/** The value with whole parts left out, so that its JSON text fits the budget. */
function shapeJson(value: Json, budget: number, cut: Cut): Json {
  const shaped = shrink(value, budget, '', cut);
  if (byteLength(shaped) <= budget) return shaped;
  cut.notes.push('A value that was too large in every part was left out whole.');
  return Array.isArray(shaped) ? [] : isJsonObject(shaped) ? {} : null;
}

function shrink(value: Json, budget: number, pointer: string, cut: Cut): Json {
  if (byteLength(value) <= budget) return value;
  if (Array.isArray(value)) return shrinkArray(value, budget, pointer, cut);
  if (isJsonObject(value)) return shrinkObject(value, budget, pointer, cut);
  if (typeof value !== 'string') return value;
  const marker = `[${Buffer.byteLength(value)} bytes left out]`;
  if (marker.length >= value.length) return value;
  cut.notes.push(`The text at ${pointer || '(root)'} was left out.`);
  return marker;
}

/** Keeps items from the start while they fit; a first item that is too large by itself is shrunk instead. */
function shrinkArray(items: Json[], budget: number, pointer: string, cut: Cut): Json[] {
  const kept: Json[] = [];
  let room = budget - 2;
  for (const item of items) {
    const size = byteLength(item) + 1;
    if (size > room) {
      if (kept.length === 0 && room > MIN_SHARE) kept.push(shrink(item, room, `${pointer}/0`, cut));
      break;
    }
    kept.push(item);
    room -= size;
  }
  if (kept.length < items.length) {
    cut.notes.push(
      `${items.length - kept.length} of ${items.length} items at ${pointer || '(root)'} were left out.`,
    );
  }
  return kept;
}

/** Shares the budget among the members, small ones first, so that one large member does not cost the others. */
function shrinkObject(value: JsonObject, budget: number, pointer: string, cut: Cut): JsonObject {
  const names = Object.keys(value);
  const sizes = new Map(names.map((name) => [name, byteLength({ [name]: value[name] as Json })]));
  if (budget / names.length < MIN_SHARE) return keepFirstMembers(value, sizes, budget, pointer, cut);
  const shaped = new Map<string, Json>();
  let room = budget - 2;
  names
    .toSorted((a, b) => (sizes.get(a) ?? 0) - (sizes.get(b) ?? 0))
    .forEach((name, index) => {
      const share = Math.floor(room / (names.length - index)) - Buffer.byteLength(name) - 4;
      const member = shrink(value[name] as Json, share, `${pointer}/${name}`, cut);
      shaped.set(name, member);
      room -= byteLength({ [name]: member });
    });
  return Object.fromEntries(names.map((name) => [name, shaped.get(name) as Json]));
}

/** For an object that is a map of very many entries. */
function keepFirstMembers(
  value: JsonObject,
  sizes: ReadonlyMap<string, number>,
  budget: number,
  pointer: string,
  cut: Cut,
): JsonObject {
  let room = budget - 2;
  const kept = Object.entries(value).filter(([name]) => (room -= sizes.get(name) ?? 0) > 0);
  const total = sizes.size;
  cut.notes.push(`${total - kept.length} of ${total} members at ${pointer || '(root)'} were left out.`);
  return Object.fromEntries(kept);
}

function parseJson(text: string): Json | undefined {
  const first = text.trimStart()[0];
  if (first !== '{' && first !== '[') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function byteLength(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
