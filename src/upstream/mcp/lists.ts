import type { JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';

/** A list longer than this does not end. */
const MAX_PAGES = 1_000;
const MAX_ENTRIES = 100_000;

/** An upstream's lists as it sent them. */
export interface McpLists {
  readonly tools: readonly unknown[];
  readonly resources: readonly unknown[];
  readonly templates: readonly unknown[];
  readonly prompts: readonly unknown[];
  /** How long they may be kept, in milliseconds: the least that one of them says. Absent: none says it. */
  readonly ttlMs?: number;
}

export interface ReadListsOptions {
  readonly source: string;
  readonly offers: { readonly tools: boolean; readonly resources: boolean; readonly prompts: boolean };
  readonly request: (method: string, params: JsonObject) => Promise<JsonObject>;
  /** A list other than the tools could not be read. It is served empty. */
  readonly onMissing: (method: string, error: unknown) => void;
}

/** Reads the lists that the upstream says it has. Only a failure of the tools fails the whole. */
export async function readLists(options: ReadListsOptions): Promise<McpLists> {
  const { offers } = options;
  let ttlMs = Infinity;
  const request: ReadListsOptions['request'] = async (method, params) => {
    const result = await options.request(method, params);
    const own = result['ttlMs'];
    if (typeof own === 'number' && Number.isSafeInteger(own) && own >= 0) ttlMs = Math.min(ttlMs, own);
    return result;
  };
  const read = (method: string, member: string): Promise<unknown[]> =>
    readList({ ...options, request }, method, member);
  const optional = async (method: string, member: string): Promise<unknown[]> => {
    try {
      return await read(method, member);
    } catch (error) {
      if (error instanceof BailiwickError && error.code === 'CANCELLED') throw error;
      options.onMissing(method, error);
      return [];
    }
  };
  const [tools, resources, templates, prompts] = await Promise.all([
    offers.tools ? read('tools/list', 'tools') : [],
    offers.resources ? optional('resources/list', 'resources') : [],
    offers.resources ? optional('resources/templates/list', 'resourceTemplates') : [],
    offers.prompts ? optional('prompts/list', 'prompts') : [],
  ]);
  return { tools, resources, templates, prompts, ...(Number.isFinite(ttlMs) && { ttlMs }) };
}

async function readList(options: ReadListsOptions, method: string, member: string): Promise<unknown[]> {
  const { source } = options;
  const entries: unknown[] = [];
  let cursor: string | undefined;
  let previous = '';
  for (let page = 1; page <= MAX_PAGES; page++) {
    const result = await options.request(method, cursor === undefined ? {} : { cursor });
    const list: unknown = result[member];
    if (!Array.isArray(list)) {
      throw new BailiwickError(
        'UPSTREAM_PROTOCOL',
        `source ${source} answered ${method} without a list \`${member}\``,
      );
    }
    const next = result['nextCursor'];
    // A server that ignores the cursor sends the same page, with the same next cursor, for ever.
    const text = JSON.stringify([list, next]);
    if (page > 1 && next === cursor && text === previous) return entries;
    previous = text;
    for (const entry of list) entries.push(entry);
    if (typeof next !== 'string') return entries;
    if (entries.length > MAX_ENTRIES) break;
    cursor = next;
  }
  throw new BailiwickError(
    'UPSTREAM_PROTOCOL',
    `source ${source} does not end ${method}: more than ${MAX_PAGES} pages or ${MAX_ENTRIES} entries`,
  );
}
