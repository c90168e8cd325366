import path from 'node:path';
import { BailiwickError } from '../../errors.ts';
import { coverageOf } from '../../policy/coverage.ts';
import { describeProblems, inFileOrder, type Problem } from '../../policy/problem.ts';
import { runTests } from '../../policy/run-tests.ts';
import { readTestFile, type ReadTestFile } from '../../policy/test-file/read.ts';
import { resolveTests } from '../../policy/test-file/resolve.ts';
import { visible, visibleLines } from '../audit/safe-text.ts';
import type { AddCommand } from '../command.ts';
import { loadConfig } from '../../config/load.ts';
import { findTestFiles, readText } from './find-tests.ts';
import { createPolicyCommand, tellAbsences, withOffer, type OfferOptions } from './offer.ts';
import { describeOutcomes, describeSummary, isPassed, toCaseDocument } from './test-report.ts';
import { createWorlds, sourcesOf } from './test-world.ts';
import { findUnfit } from './unfit-arguments.ts';

interface TestOptions extends OfferOptions {
  readonly filter?: string;
  readonly coverage?: boolean;
  readonly minCoverage?: string;
}

/** `bailiwick policy test`: what the policies decide, and by which rules, against what their tests say. */
export const addPolicyTest: AddCommand = (program, terminal, exit) => {
  const command = createPolicyCommand('test', 'Make the tests of policies, *.test.yaml', [
    'policy test                                    # those beside the policies',
    'policy test policies/packs --filter destructive',
    'policy test --offline --min-coverage 100       # in CI',
  ])
    .argument('[paths...]', 'files of tests, or folders of them')
    .option('--filter <text>', 'only tests with this in their name, in whatever case')
    .option('--coverage', 'name every rule, with the number of cases in which it decided')
    .option('--min-coverage <percent>', 'the answer is no where fewer rules decided in some case')
    .action(async (paths: string[], options: TestOptions) => {
      const least = toPercent(options.minCoverage);
      const loaded = await loadConfig(options.config, process.env);
      const found = await findTestFiles(
        paths,
        loaded.policyFiles.map(({ file }) => file),
      );
      const read = await readAll(found);
      const files = paths.length > 0 ? read : read.filter((file) => isAboutAny(file, loaded.policyFiles));
      const sources = sourcesOf(files);
      await withOffer(terminal, { ...options, ...(sources !== 'all' && { sources }) }, async (offer) => {
        tellAbsences(terminal, offer);
        const { runs, warnings } = await run(files, createWorlds(offer), options.filter);
        const unfit = runs.flatMap((one) => findUnfit(one.policy, one.outcomes));
        for (const { file, line, column, message } of inFileOrder([...warnings, ...unfit]))
          terminal.err(visible(`${file}:${line}:${column}  warning: ${message}`));
        const outcomes = runs.flatMap((one) => one.outcomes);
        // Without names it is the policies of the configuration that are tested, also those that no test is about.
        const own = paths.length === 0 ? [{ policy: offer.policy, outcomes: [] }] : [];
        const coverage = coverageOf([...runs, ...own], (file) => path.relative('.', file));
        const passed = outcomes.filter(isPassed).length;
        const counts = { passed, failed: outcomes.length - passed };
        const isThin = least !== undefined && coverage.percent < least;
        if (options.json) {
          const document = { ...counts, cases: outcomes.map(toCaseDocument), coverage };
          terminal.out(visibleLines(JSON.stringify(document, undefined, 2)));
        } else {
          if (outcomes.length > 0) {
            terminal.out(`${describeOutcomes(outcomes)}\n`);
            terminal.out(
              describeSummary(counts, coverage, {
                all: options.coverage ?? false,
                isPart: options.filter !== undefined,
              }),
            );
          }
        }
        if (outcomes.length === 0) terminal.err(sayNothingRan(found, options.filter));
        if (isThin) terminal.err(`rule coverage is ${coverage.percent} %, wanted is at least ${least} %`);
        if (outcomes.length === 0 || counts.failed > 0 || isThin) exit(1);
      });
    });
  program.addCommand(command);
};

async function readAll(files: readonly string[]): Promise<ReadTestFile[]> {
  const read = await Promise.all(files.map(async (file) => readTestFile(file, await readText(file))));
  refuse(read.flatMap((one) => ('problems' in one ? one.problems : [])));
  return read.filter((one) => 'content' in one);
}

/** False for tests that name their policies, and none of these: those of other packs in the folder of one that is in force. */
function isAboutAny(
  { file, content }: ReadTestFile,
  policyFiles: readonly { readonly file: string }[],
): boolean {
  const named = content.policies?.map((one) => path.resolve(path.dirname(file), one));
  if (named === undefined) return true;
  const own = policyFiles.map((one) => path.resolve(one.file));
  return named.some((one) => own.some((policy) => policy === one || policy.startsWith(`${one}${path.sep}`)));
}

type Runs = Parameters<typeof coverageOf>[0];

/** Every file's tests, if no file has a name in it that means nothing. */
async function run(
  files: readonly ReadTestFile[],
  worldOf: ReturnType<typeof createWorlds>,
  filter: string | undefined,
): Promise<{ readonly runs: Runs; readonly warnings: readonly Problem[] }> {
  const resolved = await Promise.all(
    files.map(async (file) => {
      const world = await worldOf(file);
      return { world, ...resolveTests(file, world) };
    }),
  );
  refuse(resolved.flatMap(({ problems }) => problems));
  const wanted = filter?.toLowerCase() ?? '';
  const runs = resolved.map(({ world, cases }) => ({
    policy: world.policy,
    outcomes: runTests(
      world,
      cases.filter(({ name }) => name.toLowerCase().includes(wanted)),
    ),
  }));
  return { runs, warnings: resolved.flatMap(({ warnings }) => warnings) };
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0)
    throw new BailiwickError('CONFIGURATION', describeProblems(problems), { data: { problems } });
}

/** @throws BailiwickError `USAGE` for what is no number from 0 to 100. */
function toPercent(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percent = /^\d{1,3}(\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : NaN;
  if (percent >= 0 && percent <= 100) return percent;
  throw new BailiwickError('USAGE', `--min-coverage: ${text} is no number from 0 to 100`);
}

function sayNothingRan(files: readonly string[], filter: string | undefined): string {
  if (files.length === 0)
    return 'nothing ran: there is no *.test.yaml beside the policies; name files or folders';
  return filter === undefined
    ? `nothing ran: ${files.join(', ')} ${files.length === 1 ? 'has' : 'have'} no tests`
    : `nothing ran: no test has "${filter}" in its name`;
}
