import type { Contribution } from '../catalog/entries.ts';
import {
  createCatalogCommand,
  loadForCommand,
  withApp,
  type AddCommand,
  type CatalogOptions,
} from './command.ts';
import { onlySource } from './only-source.ts';
import { paint, table } from './terminal.ts';

/** `bailiwick compile`: sources → catalog, with an account of every operation. */
export const addCompile: AddCommand = (program, terminal, exit) => {
  const command = createCatalogCommand(
    'compile',
    'Compile every source and account for each of its operations',
    ['compile', 'compile --source helpdesk --report', 'compile --json'],
  )
    .option('--source <name>', 'only this source')
    .option('--report', 'name each operation that was skipped or lost something')
    .action(async (options: CatalogOptions & { report?: boolean }) => {
      const { loaded, logger } = await loadForCommand(options);
      await withApp(terminal, { loaded, logger, ...onlySource(loaded, options.source) }, (app) => {
        const { catalog } = app.gateway.current();
        const { contributions } = catalog;
        const broken = [...app.unusable(), ...app.sources().filter((one) => one.state === 'down')];
        if (options.json) {
          const sources = contributions.map(({ source, operations, tools, skipped, lossy }) => ({
            source,
            operations,
            tools: tools.length,
            skipped,
            lossy,
          }));
          const failed = broken.map(({ source, error }) => ({
            source,
            code: error?.code,
            message: error?.message,
          }));
          terminal.out(JSON.stringify({ digest: catalog.digest, sources, failed }, undefined, 2));
        } else {
          const rows = contributions.map((one) => [
            one.source,
            String(one.operations),
            String(one.tools.length),
            String(one.resources.length + one.templates.length + one.prompts.length),
            String(one.skipped.length),
            String(one.lossy.length),
            reasons(one),
          ]);
          // OTHERS: the resources, templates and prompts of an MCP server, which its OPERATIONS count as well.
          const heading = ['SOURCE', 'OPERATIONS', 'TOOLS', 'OTHERS', 'SKIPPED', 'LOSSY', 'REASONS'];
          terminal.out(table(heading, rows));
          if (options.report) for (const one of contributions) terminal.out(report(one));
          terminal.out(`\ncatalog ${catalog.digest}`);
        }
        for (const { source, error } of broken) terminal.err(`source ${source} failed: ${error?.message}`);
        if (app.unusable().length > 0) exit(2);
        else if (broken.length > 0) exit(3);
      });
    });
  program.addCommand(command);
};

function reasons({ skipped, lossy }: Contribution): string {
  const counts = new Map<string, number>();
  for (const { reason } of [...skipped, ...lossy]) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${reason} ${count}`).join(', ');
}

function report({ source, skipped, lossy }: Contribution): string {
  const lines = [
    ...skipped.map((one) => `  skipped  ${one.operation}  ${one.reason}: ${one.detail}`),
    ...lossy.map((one) => `  lossy    ${one.operation}  ${one.reason}: ${one.detail}`),
  ];
  return `\n${paint('bold', source)}\n${lines.length > 0 ? lines.join('\n') : '  every operation compiled without a loss'}`;
}
