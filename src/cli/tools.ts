import { toShownName } from '../catalog/names.ts';
import { toEndpointPath, type Endpoint } from '../gateway/endpoint.ts';
import { reportListing, type ListingReport } from '../gateway/listing/report.ts';
import { presentTool } from '../gateway/present-tool.ts';
import { toolsShown } from '../gateway/shows-tool.ts';
import { windowOf } from '../gateway/window.ts';
import { CATALOG_OPTION, endpointOf, sourcesOf } from './catalog-option.ts';
import {
  createCatalogCommand,
  loadForCommand,
  toPrincipal,
  withApp,
  type AddCommand,
  type CatalogOptions,
} from './command.ts';
import type { App } from '../app.ts';
import { BailiwickError } from '../errors.ts';
import { changesOf } from '../lock/compare.ts';
import { count, describeDrift, EVERYTHING } from './lock-text.ts';
import { table } from './terminal.ts';

/** `bailiwick tools`: what a principal sees. */
export const addTools: AddCommand = (program, terminal, exit) => {
  const command = createCatalogCommand(
    'tools',
    'List the tools of the catalog, or of one principal’s view of it',
    [
      'tools --as agent',
      'tools --source helpdesk --json',
      'tools --catalog support --as agent   # what the agent sees at /mcp/support',
      'tools --held                     # what waits for its review, and why',
    ],
  )
    .option(
      '--as <principal>',
      'as this principal of identity.principals sees it; without it, the whole catalog',
    )
    .option('--source <name>', 'only this source')
    .option(...CATALOG_OPTION)
    .option(
      '--held',
      'tools that are not served, because the lock does not hold them as they are, and what changed',
    )
    .action(async (options: CatalogOptions & { as?: string; held?: boolean; catalog?: string }) => {
      if (options.held && options.as !== undefined) {
        throw new BailiwickError('USAGE', 'nobody sees what is held back: say --held without --as');
      }
      if (options.held && options.catalog !== undefined) {
        throw new BailiwickError('USAGE', 'no catalog shows what is held back: say --held without --catalog');
      }
      const { loaded, logger } = await loadForCommand(options);
      const endpoint = endpointOf(loaded, options.catalog);
      await withApp(terminal, { loaded, logger, ...sourcesOf(loaded, options) }, (app) => {
        const snapshot = app.gateway.current();
        const held = app.held();
        const window = windowOf(snapshot, endpoint);
        const principal = options.as === undefined ? undefined : toPrincipal(loaded, app, options.as);
        const visible = principal
          ? toolsShown(snapshot.view(principal), window)
          : snapshot.catalog.tools.filter((tool) => window.includes({ kind: 'tool', tool }));
        // With `--source` this is no list that anybody is shown but the source's own.
        const at: Endpoint =
          options.source === undefined ? endpoint : { kind: 'source', source: options.source };
        const listing = principal && reportListing(snapshot, principal, at);
        if (options.held) terminal.out(describeHeld(app, options));
        else if (options.json) {
          const tools = visible.map((tool) => {
            const { name, description, inputSchema } = presentTool(window, tool);
            return { name, source: tool.source, access: tool.access, description, inputSchema };
          });
          terminal.out(JSON.stringify({ tools, ...(listing && { listing }) }, undefined, 2));
        } else {
          const rows = visible.map((tool) => [
            window.nameAt(tool, 'tool'),
            tool.source,
            tool.access,
            firstLine(tool.title ?? tool.description),
          ]);
          terminal.out(
            rows.length > 0 ? table(['TOOL', 'SOURCE', 'ACCESS', 'WHAT IT DOES'], rows) : 'no tools',
          );
          // Beside the table, which may be somebody's input.
          if (listing && rows.length > 0) terminal.err(describeListing(listing, at));
        }
        if (held.length > 0 && !options.held)
          terminal.err(
            `${count(held.length, 'tool')} held back by the lock: \`bailiwick tools --held\` says why`,
          );
        const missing = [...app.unusable(), ...app.sources().filter((one) => one.state === 'down')];
        for (const { source, error } of missing)
          terminal.err(`source ${source} is left out: ${error?.message}`);
        if (missing.length > 0) exit(3);
      });
    });
  program.addCommand(command);
};

/** How long the list is, and how it is served to whoever asks for it. */
function describeListing(
  { tools, tokens, mode, listed, configured, budget }: ListingReport,
  at: Endpoint,
): string {
  const where = at.kind === 'all' ? '' : ` at ${toEndpointPath(at)}`;
  const because = configured === 'auto' ? `budget ${budget.toLocaleString('en')}` : 'as configured';
  const served = mode === 'search' ? `; the list has ${lengthOf(listed)}` : '';
  return `${lengthOf({ tools, tokens })}: listed as ${mode}${where} (${because})${served}`;
}

function lengthOf({ tools, tokens }: ListingReport['listed']): string {
  return `${count(tools, 'tool')}, ${tokens.toLocaleString('en')} tokens`;
}

/** What waits for its review. */
function describeHeld(app: App, { json }: CatalogOptions): string {
  const { locker } = app.review();
  const drift = app.held().map((one) => ({ ...one, changes: changesOf(one, locker) }));
  if (json) {
    const held = drift.map(({ id, tool, status, changes }) => ({
      name: toShownName(tool.source, tool.name),
      source: tool.source,
      tool: id,
      status,
      changes,
    }));
    return JSON.stringify({ held }, undefined, 2);
  }
  if (drift.length === 0) return 'no tool is held back';
  return `${describeDrift({ drift, claims: [] }, EVERYTHING)}\n\n\`bailiwick compile --lock\` accepts what was reviewed`;
}

function firstLine(text: string): string {
  const line = text.split('\n')[0] ?? '';
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
