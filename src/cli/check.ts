import { checkPolicies } from '../policy/check.ts';
import {
  createCatalogCommand,
  loadForCommand,
  withApp,
  type AddCommand,
  type CatalogOptions,
} from './command.ts';
import { paint } from './terminal.ts';

/** `bailiwick check`: configuration, documents and policies, against the catalog that they make. */
export const addCheck: AddCommand = (program, terminal, exit) => {
  const command = createCatalogCommand('check', 'Check the configuration, the documents and the policies', [
    'check',
    'check --config deploy/bailiwick.yaml --json',
  ]).action(async (options: CatalogOptions) => {
    const { loaded, logger } = await loadForCommand({ ...options, logLevel: options.logLevel ?? 'silent' });
    await withApp(terminal, { loaded, logger }, (app) => {
      const unreachable = app.sources().filter((one) => one.state === 'down');
      // What a source that does not answer would offer is unknown, so nothing is said about rules for it.
      const problems = checkPolicies(
        app.policy(),
        app.gateway.current().catalog,
        unreachable.map((one) => one.source),
      );
      const failed = [...app.unusable(), ...unreachable].map(({ source, error }) => ({
        source,
        message: error?.message ?? '',
      }));
      if (options.json) terminal.out(JSON.stringify({ problems, failed }, undefined, 2));
      else {
        for (const { file, line, column, message } of problems)
          terminal.out(`${file}:${line}:${column}  ${message}`);
        for (const { source, message } of failed) terminal.out(`source ${source}: ${message}`);
        if (problems.length + failed.length === 0)
          terminal.out(paint('green', `${loaded.file}: configuration, documents and policies are in order`));
      }
      if (app.unusable().length > 0) exit(2);
      else if (problems.length > 0) exit(1);
      else if (unreachable.length > 0) exit(3);
    });
  });
  program.addCommand(command);
};
