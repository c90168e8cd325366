import { BailiwickError } from '../errors.ts';
import { accountFor, summarise } from './compile-account.ts';
import {
  createCatalogCommand,
  loadForCommand,
  withApp,
  type AddCommand,
  type CatalogOptions,
} from './command.ts';
import { reviewOffer } from './lock-review.ts';
import { describeDrift, describeReview, EVERYTHING } from './lock-text.ts';
import { onlySource } from './only-source.ts';
import { report } from './compile-report.ts';

interface Options extends CatalogOptions {
  report?: boolean;
  all?: boolean;
  lock?: boolean;
  check?: boolean;
}

const EXAMPLES = [
  'compile',
  'compile --report --source helpdesk',
  'compile --lock                   # accept every tool as it is now: then review the diff in Git, and commit it',
  'compile --lock --source helpdesk # accept the tools of one source; entries of the others stay',
  'compile --check                  # in CI: exit 1 where a tool is not in the lock as it is, with what differs',
  'compile --json',
];

/** `bailiwick compile`: sources → catalog, with an account of every operation, and the lock of what was reviewed. */
export const addCompile: AddCommand = (program, terminal, exit) => {
  const command = createCatalogCommand(
    'compile',
    'Compile every source and account for each of its operations; write the lock, or compare with it',
    EXAMPLES,
  )
    .option('--source <name>', 'only this source')
    .option(
      '--report',
      'for people: what was skipped or lost something and why, the largest tools, what is held back',
    )
    .option('--lock', 'write the lock: every tool as it is now counts as reviewed')
    .option('--check', 'compare with the lock, change nothing, and exit with 1 where a tool differs from it')
    .option('--all', 'with --report, --lock or --check: every line, however many')
    .addHelpText(
      'after',
      '\nOnce there is a lock, a tool that is not in it, or differs from its entry, is not served.\nThe JSON document of --json is described by `bailiwick schema compile`.',
    )
    .action(async (options: Options) => {
      if (options.lock && options.check) {
        throw new BailiwickError('USAGE', 'say one of --lock, which writes, and --check, which compares');
      }
      const { loaded, logger } = await loadForCommand(options);
      const only = onlySource(loaded, options.source);
      await withApp(terminal, { loaded, logger, ...only }, async (app) => {
        const broken = [...app.unusable(), ...app.sources().filter((one) => one.state === 'down')];
        const mode = options.lock ? 'write' : options.check ? 'check' : 'look';
        const review = await reviewOffer(app, {
          mode,
          only: only.only,
          broken: broken.map(({ source }) => source),
        });
        const limits = options.all ? EVERYTHING : undefined;
        if (options.json) terminal.out(JSON.stringify(accountFor(app, broken, review), undefined, 2));
        else if (options.report) terminal.out(report(app.offered(), review, limits));
        else {
          if (mode === 'look') terminal.out(summarise(app.offered()));
          terminal.out(describeReview(review));
          if (mode !== 'look' && review.drift.length > 0) terminal.out(describeDrift(review, limits));
        }
        for (const { source, error } of broken) terminal.err(`source ${source} failed: ${error?.message}`);
        if (app.unusable().length > 0) exit(2);
        else if (options.check && !review.isClean) exit(1);
        else if (broken.length > 0) exit(3);
      });
    });
  program.addCommand(command);
};
