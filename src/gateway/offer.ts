import type { ServerFacts } from '../catalog/entries.ts';
import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import type { Principal } from '../identity/principal.ts';
import type { View } from '../policy/view.ts';
import type { Endpoint } from './endpoint.ts';
import type { Snapshot } from './snapshot.ts';
import { visibleSources } from './visible-sources.ts';
import { windowOf, type Window } from './window.ts';

/** What an endpoint says of itself to one caller, beside its lists (MCP `initialize` and `server/discover`). */
export interface Offer {
  readonly capabilities: JsonObject;
  readonly instructions?: string;
}

/**
 * What Bailiwick itself answers at every endpoint. Lists may fill while a client is connected, and nobody has to
 * connect anew to see that: so all kinds are declared, those included of which there are no entries now.
 */
const OWN_CAPABILITIES: JsonObject = {
  tools: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  prompts: { listChanged: true },
  completions: {},
  logging: {},
};

/** Extensions whose messages are not passed on: nobody may count on them through this gateway. */
const NOT_PASSED_ON: readonly string[] = ['io.modelcontextprotocol/tasks', 'io.modelcontextprotocol/skills'];

/** Characters of the instructions of all sources together. */
const MAX_INSTRUCTIONS = 32_768;

/** Characters that every source may have of them, however many there are. */
const LEAST_SHARE = 512;

const offers = new WeakMap<View, WeakMap<Window, Offer>>();

/**
 * Capabilities and instructions of an endpoint, put together from the sources that this caller sees something of, in the
 * order of their names. Computed once for each view.
 */
export function offerTo(snapshot: Snapshot, principal: Principal, endpoint: Endpoint): Offer {
  const view = snapshot.view(principal);
  const window = windowOf(snapshot, endpoint);
  const known = offers.get(view) ?? new WeakMap<Window, Offer>();
  offers.set(view, known);
  const offer = known.get(window) ?? createOffer(snapshot, view, window);
  known.set(window, offer);
  return offer;
}

function createOffer(snapshot: Snapshot, view: View, window: Window): Offer {
  const visible = new Set(visibleSources(view, window));
  const servers = snapshot.catalog.contributions.flatMap(({ source, server }) =>
    server && visible.has(source) ? [{ source, server }] : [],
  );
  const { description } = window;
  const ofSources =
    window.endpoint.kind === 'source' ? servers[0]?.server.instructions : underHeadings(servers);
  // What a catalog is for is told to those who find something in it.
  const told = visible.size === 0 ? undefined : description;
  const instructions =
    told === undefined || ofSources === undefined ? (told ?? ofSources) : `${told}\n\n${ofSources}`;
  const capabilities = { ...OWN_CAPABILITIES };
  for (const member of ['experimental', 'extensions'] as const) {
    const merged = mergeAll(servers.map(({ server }) => server.capabilities[member]));
    for (const name of NOT_PASSED_ON) delete merged[name];
    if (Object.keys(merged).length > 0) capabilities[member] = merged;
  }
  return { capabilities, ...(instructions !== undefined && instructions !== '' && { instructions }) };
}

/** Each source's instructions under a heading with its name, within a bound that no source can use up for the others. */
function underHeadings(servers: readonly { source: string; server: ServerFacts }[]): string | undefined {
  const told = servers.flatMap(({ source, server: { instructions } }) =>
    instructions === undefined || instructions.trim() === '' ? [] : [{ source, text: instructions.trim() }],
  );
  const share = Math.max(LEAST_SHARE, Math.floor(MAX_INSTRUCTIONS / Math.max(1, told.length)));
  const sections: string[] = [];
  let room = MAX_INSTRUCTIONS;
  for (const { source, text } of told) {
    const section = `## ${source}\n\n${cut(text, share)}`;
    room -= section.length;
    if (room < 0) {
      sections.push('(The instructions of further sources are left out.)');
      break;
    }
    sections.push(section);
  }
  return sections.length === 0 ? undefined : sections.join('\n\n');
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Objects merged member by member, lists joined without repeats; of two other values the first source's stays. */
function mergeAll(values: readonly (Json | undefined)[]): JsonObject {
  return values.filter(isJsonObject).reduce<JsonObject>((into, one) => merge(into, one), {});
}

function merge(first: JsonObject, second: JsonObject): JsonObject {
  const merged = new Map(Object.entries(first));
  for (const [name, value] of Object.entries(second)) {
    const before = merged.get(name);
    if (before === undefined) merged.set(name, value);
    else if (isJsonObject(before) && isJsonObject(value)) merged.set(name, merge(before, value));
    else if (Array.isArray(before) && Array.isArray(value)) merged.set(name, union(before, value));
  }
  return Object.fromEntries(merged);
}

function union(first: readonly Json[], second: readonly Json[]): Json[] {
  const known = new Set(first.map((value) => JSON.stringify(value)));
  return [...first, ...second.filter((value) => !known.has(JSON.stringify(value)))];
}
