import { ALL_SOURCES } from '../gateway/endpoint.ts';
import { toShownName } from '../catalog/names.ts';
import { presentTool } from '../gateway/list.ts';
import {
  createCatalogCommand,
  loadForCommand,
  toPrincipal,
  withApp,
  type AddCommand,
  type CatalogOptions,
} from './command.ts';
import { onlySource } from './only-source.ts';
import { table } from './terminal.ts';

/** `bailiwick tools`: what a principal sees. */
export const addTools: AddCommand = (program, terminal, exit) => {
  const command = createCatalogCommand(
    'tools',
    'List the tools of the catalog, or of one principal’s view of it',
    ['tools --as agent', 'tools --source helpdesk --json'],
  )
    .option(
      '--as <principal>',
      'as this principal of identity.principals sees it; without it, the whole catalog',
    )
    .option('--source <name>', 'only this source')
    .action(async (options: CatalogOptions & { as?: string }) => {
      const { loaded, logger } = await loadForCommand(options);
      await withApp(terminal, { loaded, logger, ...onlySource(loaded, options.source) }, (app) => {
        const snapshot = app.gateway.current();
        const visible =
          options.as === undefined
            ? snapshot.catalog.tools
            : snapshot.view(toPrincipal(loaded, app, options.as)).tools;
        if (options.json) {
          const tools = visible.map((tool) => {
            const { name, description, inputSchema } = presentTool(ALL_SOURCES, tool);
            return { name, source: tool.source, access: tool.access, description, inputSchema };
          });
          terminal.out(JSON.stringify({ tools }, undefined, 2));
        } else {
          const rows = visible.map((tool) => [
            toShownName(tool.source, tool.name),
            tool.source,
            tool.access,
            firstLine(tool.title ?? tool.description),
          ]);
          terminal.out(
            rows.length > 0 ? table(['TOOL', 'SOURCE', 'ACCESS', 'WHAT IT DOES'], rows) : 'no tools',
          );
        }
        const missing = [...app.unusable(), ...app.sources().filter((one) => one.state === 'down')];
        for (const { source, error } of missing)
          terminal.err(`source ${source} is left out: ${error?.message}`);
        if (missing.length > 0) exit(3);
      });
    });
  program.addCommand(command);
};

function firstLine(text: string): string {
  const line = text.split('\n')[0] ?? '';
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
