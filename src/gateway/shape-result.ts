import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import { createMeasure } from './json-size.ts';
import { shrinkJson, type Shrinking } from './shrink-json.ts';

/** Where a cut result says what was left out. */
export const TRUNCATED_META_KEY = 'io.bailiwick/truncated';

/** Where an HTTP upstream offers the call that gets the next page. */
const NEXT_META_KEY = 'io.bailiwick/next';

/** What the explanation of a cut may add to the budget, in bytes. */
export const EXPLANATION_BYTES = 4_096;

/** The lists of content in MCP results: of a tool call, of a resource read, of a prompt. */
const LISTS = ['content', 'contents', 'messages'] as const;

/** A block of content with less room than this is not worth having. */
const MIN_BLOCK = 128;
const MAX_NOTES = 10;
const MAX_NOTE_LENGTH = 160;

/**
 * Fits an MCP result into a budget of UTF-8 bytes by leaving out whole values: array items from the end, whole lines of text,
 * binary content, blocks from the end. JSON stays valid JSON; a value is never cut in its middle.
 *
 * A result inside the budget is returned as it is. One that was cut says so in `_meta` and, for a tool call, in a last block of text; that
 * explanation comes on top of the budget ({@link EXPLANATION_BYTES} at most). The call that gets the next page is never cut off.
 *
 * @param narrowing what the tool offers for getting less, in words; said beside the usual ways.
 */
export function shapeResult(result: JsonObject, maxBytes: number, narrowing?: string): JsonObject {
  const measure = createMeasure();
  const total = measure(result);
  if (total <= maxBytes) return result;
  const { rest: cut, next } = splitNextCall(result);
  if (next !== undefined) {
    const offer = measure(next.block) + measure(next.meta) + NEXT_META_KEY.length + 32;
    const shaped = shapeResult(cut, Math.max(0, maxBytes - offer), narrowing);
    const content = Array.isArray(shaped['content']) ? shaped['content'] : [];
    const meta = isJsonObject(shaped['_meta']) ? shaped['_meta'] : {};
    return { ...shaped, content: [...content, next.block], _meta: { ...meta, [NEXT_META_KEY]: next.meta } };
  }
  const notes = new Set<string>();
  const shrinking: Shrinking = { measure, note: (text) => notes.add(text.slice(0, MAX_NOTE_LENGTH)) };

  const { structuredContent, ...rest } = result;
  const shaped = shapeMembers(rest, maxBytes, shrinking);
  const parts = [
    ...LISTS.filter((member) => Array.isArray(shaped[member])),
    ...(structuredContent === undefined ? [] : ['structuredContent' as const]),
  ];
  // A client that reads structured content also gets it as text (MCP, "Structured Content"): they share what there is.
  const others = measure(Object.fromEntries(Object.entries(shaped).filter(([name]) => !isList(name))));
  const share = Math.floor((maxBytes - others) / Math.max(1, parts.length)) - 24;
  for (const member of LISTS) {
    const list = shaped[member];
    if (Array.isArray(list)) shaped[member] = shapeList(list, share, shrinking);
  }
  if (structuredContent !== undefined)
    shaped['structuredContent'] = shrinkJson(structuredContent, share, shrinking);
  return explain(shaped, { bytes: total, budget: maxBytes, notes: [...notes], narrowing });
}

/** A call that is longer than this is cut like everything else. */
const MAX_NEXT_CALL = 4_096;

/** The next page's call, which an HTTP upstream offers in `_meta` and in a last block of text: it outlives every cut. */
function splitNextCall(result: JsonObject): {
  readonly rest: JsonObject;
  readonly next?: { readonly block: Json; readonly meta: Json };
} {
  const { content, _meta } = result;
  const meta = isJsonObject(_meta) ? _meta[NEXT_META_KEY] : undefined;
  const block = Array.isArray(content) ? content.at(-1) : undefined;
  if (!isJsonObject(_meta) || meta === undefined || !Array.isArray(content) || block === undefined) {
    return { rest: result };
  }
  if (JSON.stringify([block, meta]).length > MAX_NEXT_CALL) return { rest: result };
  const { [NEXT_META_KEY]: _offered, ...others } = _meta;
  return { rest: { ...result, content: content.slice(0, -1), _meta: others }, next: { block, meta } };
}

function isList(name: string): boolean {
  return LISTS.some((list) => list === name);
}

/** Members beside the content may take a quarter of the budget; the largest are left out until they do. */
function shapeMembers(members: JsonObject, maxBytes: number, { measure, note }: Shrinking): JsonObject {
  let room = Math.floor(maxBytes / 4);
  const entries = Object.entries(members).toSorted(([, a], [, b]) => measure(a) - measure(b));
  const kept = entries.filter(([name, value]) => {
    if (isList(name)) return true;
    room -= measure(name) + measure(value) + 2;
    if (room < 0) note(`The member ${name} (${measure(value)} bytes) was left out.`);
    return room >= 0;
  });
  return Object.fromEntries(kept);
}

/** As many blocks as have room, each within its share; what is left of one's share goes to the next. */
function shapeList(blocks: Json[], budget: number, shrinking: Shrinking): Json[] {
  const { measure, note } = shrinking;
  const shaped: Json[] = [];
  let room = budget - 2;
  for (const [index, block] of blocks.entries()) {
    if (room < MIN_BLOCK && measure(block) + 1 > room) break;
    const share = Math.max(MIN_BLOCK, Math.floor(room / (blocks.length - index)));
    const one = shapeBlock(block, Math.min(share, room) - 1, shrinking);
    if (measure(one) + 1 > room) break;
    shaped.push(one);
    room -= measure(one) + 1;
  }
  if (shaped.length < blocks.length) {
    note(`${blocks.length - shaped.length} of ${blocks.length} blocks were left out.`);
  }
  return shaped;
}

/** A content block, a resource's contents, or a prompt's message. */
function shapeBlock(block: Json, budget: number, shrinking: Shrinking): Json {
  const { measure, note } = shrinking;
  const size = measure(block);
  if (!isJsonObject(block) || size <= budget) return block;
  for (const member of ['content', 'resource'] as const) {
    const inner = block[member];
    if (isJsonObject(inner)) {
      const overhead = size - measure(inner);
      return { ...block, [member]: shapeBlock(inner, budget - overhead, shrinking) };
    }
  }
  if (typeof block['text'] === 'string') {
    const overhead = size - measure(block['text']);
    return { ...block, text: shapeText(block['text'], budget - overhead, shrinking) };
  }
  const kind = typeof block['type'] === 'string' ? block['type'] : 'content';
  note(`Content of type ${kind} was left out: ${size} bytes and the like.`);
  const left = `[${kind} of ${size} bytes left out: over the size budget]`;
  return typeof block['uri'] === 'string' ? { uri: block['uri'], text: left } : { type: 'text', text: left };
}

function shapeText(text: string, budget: number, shrinking: Shrinking): string {
  const parsed = parseJson(text);
  // Inside a JSON string every quote takes another byte, so JSON in a text gets somewhat less than its share.
  if (parsed !== undefined) {
    const compact = JSON.stringify(shrinkJson(parsed, Math.floor(budget * 0.75), shrinking));
    return shrinking.measure(compact) <= budget
      ? compact
      : JSON.stringify(shrinkJson(parsed, Math.floor(budget / 2), shrinking));
  }
  const lines = text.split('\n');
  let kept = 0;
  let size = 2;
  for (const line of lines) {
    size += shrinking.measure(line);
    if (size > budget) break;
    kept += 1;
  }
  shrinking.note(`${lines.length - kept} of ${lines.length} lines of text were left out.`);
  return lines.slice(0, kept).join('\n');
}

function explain(
  shaped: JsonObject,
  cut: { bytes: number; budget: number; notes: string[]; narrowing: string | undefined },
): JsonObject {
  const { bytes, budget } = cut;
  const more = cut.notes.length - MAX_NOTES;
  const notes = [...cut.notes.slice(0, MAX_NOTES), ...(more > 0 ? [`And ${more} more cuts.`] : [])];
  const meta = isJsonObject(shaped['_meta']) ? shaped['_meta'] : {};
  const explained = {
    ...shaped,
    _meta: { ...meta, [TRUNCATED_META_KEY]: { bytes, budget, leftOut: notes } },
  };
  if (!Array.isArray(shaped['content'])) return explained;
  const ways = ['filter, limit, page', ...(cut.narrowing === undefined ? [] : [cut.narrowing])].join('; ');
  const text = `[Result cut: ${bytes} bytes, budget ${budget}. ${notes.join(' ')} Narrow the call (${ways}) to get the rest.]`;
  return { ...explained, content: [...shaped['content'], { type: 'text', text }] };
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
