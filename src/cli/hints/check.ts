import { openHintBook } from '../../config/open-hint-book.ts';
import { describeProblem } from '../../policy/problem.ts';
import { surveyHints } from '../../search/hints/survey.ts';
import { loadPack } from '../../search/packs/pack.ts';
import { visible } from '../audit/safe-text.ts';
import {
  createCatalogCommand,
  loadForCommand,
  withApp,
  type AddCommand,
  type CatalogOptions,
} from '../command.ts';
import { count } from '../lock-text.ts';
import { onlySource } from '../only-source.ts';

interface CheckOptions extends CatalogOptions {
  all?: boolean;
}

/** What `--json` prints for each source. */
interface SourceReport {
  readonly source: string;
  readonly tools: number;
  readonly missing: readonly string[];
  readonly stale: readonly { readonly tool: string; readonly place: string }[];
  readonly unknown: readonly { readonly tool: string; readonly place: string; readonly message: string }[];
}

/** How many tools without hints are named of one source, where not all are asked for. */
const SHOWN = 20;

/** `bailiwick hints check`: which tools have no hints, and which hints are out of date. */
export const addHintsCheck: AddCommand = (program, terminal, exit) => {
  const command = createCatalogCommand(
    'check',
    'Say which tools have no hints, which hints a model wrote for a tool that has changed, and which are of no tool',
    ['hints check', 'hints check --source helpdesk --all', 'hints check --json'],
  )
    .option('--source <name>', 'this source alone')
    .option('--all', 'name every tool without hints, and answer no where there is one')
    .action(async (options: CheckOptions) => {
      const { loaded, logger } = await loadForCommand({
        ...options,
        logLevel: options.logLevel ?? 'silent',
      });
      const only = onlySource(loaded, options.source);
      const book = openHintBook(loaded);
      const packs = loaded.config.search.packs.map(loadPack);
      await withApp(terminal, { loaded, logger, ...only }, (app) => {
        const sources = app.offered().contributions.map((contribution): SourceReport => {
          const { tools, unknown } = surveyHints(contribution, book.entries, packs);
          return {
            source: contribution.source,
            tools: tools.length,
            missing: tools.filter(({ origin }) => origin === 'none').map(({ tool }) => tool.name),
            stale: tools
              .filter(({ origin }) => origin === 'stale')
              .map(({ tool, place = '' }) => ({ tool: tool.name, place })),
            unknown,
          };
        });
        const strangers =
          options.source === undefined
            ? book.strangers(Object.keys(loaded.config.sources)).map(describeProblem)
            : [];
        const failed = [...app.unusable(), ...app.sources().filter(({ state }) => state === 'down')].map(
          ({ source, error }) => ({ source, message: error?.message ?? '' }),
        );
        if (options.json) terminal.out(JSON.stringify({ sources, strangers, failed }, undefined, 2));
        else {
          for (const report of sources)
            for (const line of describe(report, options.all ?? false)) terminal.out(line);
          for (const line of strangers) terminal.out(visible(line));
          for (const { source, message } of failed) terminal.out(visible(`source ${source}: ${message}`));
        }
        const isOutOfDate =
          strangers.length > 0 || sources.some((one) => one.stale.length + one.unknown.length > 0);
        const isIncomplete = options.all === true && sources.some(({ missing }) => missing.length > 0);
        if (isOutOfDate || isIncomplete) exit(1);
        else if (failed.length > 0) exit(3);
      });
    });
  program.addCommand(command);
};

function describe({ source, tools, missing, stale, unknown }: SourceReport, isWhole: boolean): string[] {
  const shown = isWhole ? missing : missing.slice(0, SHOWN);
  const rest = missing.length - shown.length;
  return [
    `${source}: ${count(tools - missing.length, 'tool')} of ${tools} with hints`,
    ...unknown.map(({ place, message }) => `${place}  ${message}`),
    ...stale.map(
      ({ place, tool }) =>
        `${place}  the tool \`${tool}\` has changed since a model wrote its hints: \`bailiwick hints write\``,
    ),
    ...(shown.length > 0
      ? [`  without: ${shown.join(', ')}${rest > 0 ? ` and ${rest} more (--all)` : ''}`]
      : []),
  ].map(visible);
}
