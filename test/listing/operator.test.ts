import { loadConfig } from '../../src/config/load.ts';
import { warnOfCatalogs } from '../../src/cli/watch-configuration.ts';
import { createCatalog } from '../../src/catalog/catalog.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { toolsOnly } from '../../src/catalog/tools-only.ts';
import { checkListing } from '../../src/gateway/listing/check.ts';
import { ListingSettings } from '../../src/gateway/listing/settings.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Logger } from '../../src/telemetry/logger.ts';
import { connect } from '../support/clients.ts';
import { createFolder, KEYS, notesFiles, POLICY, startApi, startGateway } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const createLogger = (warn: (message: string) => void): Logger => ({
  debug: () => {},
  info: () => {},
  warn: (_, message) => warn(message),
  error: () => {},
});

const placeOf = () => ({ file: 'f', line: 1, column: 1 });

const toolOf = (name: string): Tool => ({
  source: 'desk',
  name,
  description: '',
  inputSchema: {},
  validationSchema: {},
  access: 'read',
  scopes: [],
  attributes: {},
  binding: { kind: 'mcp', upstreamName: name },
});

const PINS = `
listing:
  mode: search
  pin: [notes_list_notes, notes_lst_notes, 'admin_*', list_notes]
catalogs:
  desk:
    include: [ { source: notes, access: read } ]
    listing: { budget: 5, pin: [notes_wipe, 'notes_*', entries] }
    rename: { notes_list_notes: entries }
  all:
    include: [ { source: notes } ]
    listing: { mode: auto, budget: 0 }
`;

test('a pin that matches nothing is a warning of check, with its place, and of serve', async () => {
  const files = notesFiles(api.url, PINS);
  await using workspace = await createFolder(files);
  const line = (files['bailiwick.yaml'] ?? '').split('\n').findIndex((one) => one.startsWith('listing:')) + 1;
  const { status, out } = await runWith(workspace.folder, ['check', '--json']);
  const { warnings } = JSON.parse(out) as { warnings: { line: number; column: number; message: string }[] };
  const pins = warnings.filter(({ message }) => message.includes('listing.'));
  expect([status, pins.map((one) => [one.line - line, one.column, one.message])]).toEqual([
    0,
    [
      [2, 27, 'listing.pin[1]: no tool has the name "notes_lst_notes"; did you mean `notes_list_notes`?'],
      [2, 44, 'listing.pin[2]: no tool has a name like "admin_*"'],
      [2, 55, 'listing.pin[3]: no tool has the name "list_notes"; did you mean `notes_list_notes`?'],
      [6, 16, 'catalogs.desk.listing.budget: counts in mode `auto` only, and the mode is `search`'],
      [
        6,
        33,
        'catalogs.desk.listing.pin[0]: "notes_wipe" is not in this catalog, so it is not listed here; include it, or remove this',
      ],
      [
        6,
        56,
        'catalogs.desk.listing.pin[2]: "entries" is the name that a catalog gives to a tool; pins go by the names at /mcp: `notes_list_notes`',
      ],
      [
        10,
        28,
        'catalogs.all.listing.budget: no tool fits it, so that all are listed as in mode `search`; say that, or give a budget',
      ],
    ],
  ]);

  await using gateway = await startGateway(files);
  const loaded = await loadConfig(`${gateway.folder}/bailiwick.yaml`, {});
  const told: string[] = [];
  const logger = createLogger((message) => told.push(message));
  await warnOfCatalogs(gateway.app, loaded, logger);
  expect(told.map((message) => message.replace(/^.*:\d+:\d+  /, ''))).toEqual(
    pins.map(({ message }) => message),
  );
});

test('a pin of very many tools, and a budget that another mode does not ask for, are warned of', () => {
  const names = Array.from({ length: 21 }, (_, index) => `get_${index}`);
  const catalog = createCatalog([toolsOnly('desk', [...names, 'put'].map(toolOf))]);
  const warned = (listing: object): string[] =>
    checkListing({ listing: ListingSettings.parse(listing), catalogs: {} }, catalog, { placeOf }).map(
      ({ message }) => message,
    );
  expect(warned({ pin: ['desk_get_1*', 'desk_get_*'], mode: 'full', budget: 5 })).toEqual([
    'listing.budget: counts in mode `auto` only, and the mode is `full`',
    'listing.pin[1]: "desk_get_*" pins 21 tools: all of them are listed in search mode, too; pin the few that are needed most',
  ]);
  expect(warned({ mode: 'search' })).toEqual([]);
});

test('tools says how long a principal’s list is, and how it is served', async () => {
  await using workspace = await createFolder(
    notesFiles(
      api.url,
      'listing: { budget: 100 }\ncatalogs: { desk: { include: [ { source: notes } ], listing: { mode: search } } }\n',
    ),
  );
  const lastLine = async (...args: readonly string[]): Promise<string | undefined> =>
    (await runWith(workspace.folder, ['tools', ...args])).err.trim().split('\n').at(-1);
  expect(await lastLine('--as', 'reader')).toMatch(/^1 tool, \d\d tokens: listed as full \(budget 100\)$/);
  expect(await lastLine('--as', 'writer')).toMatch(
    /^3 tools, \d{3} tokens: listed as search \(budget 100\); the list has 3 tools, [\d,]+ tokens$/,
  );
  expect(await lastLine('--as', 'reader', '--source', 'notes')).toMatch(/listed as full at \/mcp\/notes/);
  expect(await lastLine('--as', 'reader', '--catalog', 'desk')).toMatch(
    /listed as search at \/mcp\/desk \(as configured\); the list has 3 tools/,
  );
  expect(await lastLine()).not.toContain('tokens');
  const { out } = await runWith(workspace.folder, ['tools', '--as', 'writer', '--json']);
  expect(JSON.parse(out)).toMatchObject({
    tools: [{}, {}, {}],
    listing: {
      tools: 3,
      tokens: expect.any(Number),
      mode: 'search',
      listed: { tools: 3, tokens: expect.any(Number) },
      configured: 'auto',
      budget: 100,
    },
  });
});

test('the record of a list says how it was served, and compares what callers may use', async () => {
  const shadow = POLICY.replace('policy: notes', 'policy: shadow').replaceAll(
    'notes:read: { source: notes, access: read }',
    'notes:read: { source: notes, tag: admin }',
  );
  await using gateway = await startGateway({
    ...notesFiles(api.url, 'listing: { mode: search }\nshadow: { policies: shadow/ }\n'),
    'shadow/shadow.policy.yaml': shadow,
  });
  for (const kind of ['v2 modern', 'v1'] as const) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await using client = await connect(kind, gateway.endpoint, KEYS.reader);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await client.listTools();
  }
  await gateway.close();
  const lists = (await gateway.records()).filter(({ type }) => type === 'list');
  expect(lists.map(({ detail }) => detail)).toMatchObject(
    Array.from({ length: 2 }, () => ({
      list: 'tools',
      mode: 'search',
      count: 3,
      shadow: { gains: ['notes_wipe'], losses: ['notes_list_notes'], changes: [] },
    })),
  );
});
