import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCatalog, type Catalog } from '../../src/catalog/catalog.ts';
import type { Contribution } from '../../src/catalog/entries.ts';
import { entryKey, type Sight } from '../../src/catalog/sight.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { toolsOnly } from '../../src/catalog/tools-only.ts';
import { createSearch, type Search } from '../../src/search/search.ts';
import { SearchSettings } from '../../src/search/settings.ts';
import { openStub, type Answer, type StubEndpoint } from './stub-endpoint.ts';
import { createTimers, type Timers } from './timers.ts';

/** Tools by name, each with what it says of itself. */
export type Described = Readonly<Record<string, string>>;

export const OFFICE: Described = {
  create_ticket: 'Opens a ticket at the help desk.',
  delete_file: 'Deletes a file for good.',
  list_invoices: 'Lists the invoices of a customer.',
  send_message: 'Sends a message to a channel.',
};

/** Words of a model's, which a lexical index does not know. */
export const MEANING = { zap: 'deletes', scroll: 'file' };

export function catalogOf(described: Described, source = 'office'): Catalog {
  return createCatalog([contributionOf(described, source)]);
}

export function contributionOf(described: Described, source = 'office'): Contribution {
  return toolsOnly(source, toolsOf(described, source));
}

function toolsOf(described: Described, source: string): Tool[] {
  return Object.entries(described).map(([name, description]) => ({
    source,
    name,
    description,
    inputSchema: { type: 'object' },
    validationSchema: { type: 'object' },
    access: 'read',
    scopes: [],
    attributes: {},
    binding: { kind: 'mcp', upstreamName: name },
  }));
}

/** What somebody sees: these tools. */
export function sightOf(names: readonly string[], source = 'office'): Sight {
  const entries = names.map((own) => ({
    kind: 'tool' as const,
    source,
    own,
    key: entryKey('tool', source, own),
    shown: own,
    present: () => ({}),
  }));
  return { entries, sources: [source], named: (_, shown) => entries.find((one) => one.shown === shown) };
}

export interface Opened {
  readonly search: Search;
  readonly timers: Timers;
  /** What was logged, without what is for finding faults alone. */
  readonly logged: string[];
  /** Other settings from the next catalog on. */
  use(settings: object): void;
  /** Names of what is found, best first. */
  ask(text: string, sight?: Sight): Promise<string[]>;
  close(): Promise<void>;
}

/** Worlds to be ended after a test. */
const endings: (() => Promise<void>)[] = [];

export async function endAll(): Promise<void> {
  for (const end of endings.splice(0).toReversed()) await end();
}

export async function stubOf(answer: Answer): Promise<StubEndpoint> {
  const stub = await openStub(answer);
  endings.push(stub.close);
  return stub;
}

export async function folderOf(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bailiwick-embeddings-'));
  endings.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A search whose timers are moved by hand, and whose network is real. */
export function openSearch(embeddings: object, options: { embedsEntries?: boolean } = {}): Opened {
  const timers = createTimers();
  const logged: string[] = [];
  const note = (_: object, message: string): void => void logged.push(message);
  let settings = SearchSettings.parse({ embeddings });
  const search = createSearch({
    settings: () => settings,
    logger: { debug: () => {}, info: note, warn: note },
    schedule: timers.schedule,
    clock: timers.clock,
    random: () => 0.5,
    ...options,
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= search.close());
  endings.push(close);
  return {
    search,
    timers,
    logged,
    close,
    use(next) {
      settings = SearchSettings.parse({ embeddings: next });
    },
    async ask(text, sight = sightOf(Object.keys(OFFICE))) {
      const question = { text, among: sight, limit: 5 };
      const hits = await search.find(question, new AbortController().signal);
      return hits.map(({ entry }) => entry.own);
    },
  };
}

/** Follows the catalog, and waits until all of it is embedded. */
export async function embedAll(opened: Opened, catalog: Catalog = catalogOf(OFFICE)): Promise<void> {
  const done = (): number => opened.logged.filter((line) => /^embedded \d/.test(line)).length;
  const before = done();
  opened.search.follow(catalog);
  await opened.ask('anything');
  for (let turns = 0; done() === before && turns < 20_000; turns++) await nextTurn();
}

/** The network is real: it takes turns of the event loop, and no time of the test's clock. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
