import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { startNode } from '../support/child-process.ts';

export const REVISIONS = ['2025-11-25', '2026-07-28'] as const;
export type Revision = (typeof REVISIONS)[number];

/** What the suite found out about one scenario. A scenario passes when none of its checks is a failure. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly passes: boolean;
  readonly warnings: number;
  /** What failed, one line a check. */
  readonly failures: readonly string[];
}

/** One run of the suite: the scenarios the revision requires, and those it runs without counting them. */
export interface SuiteRun {
  readonly required: readonly ScenarioResult[];
  readonly notScored: readonly ScenarioResult[];
}

/** The names of the scenarios of a revision, as the suite keeps them. */
export interface Requirements {
  readonly scored: readonly string[];
  readonly notScored: readonly string[];
}

const PEERS = fileURLToPath(new URL('../peers/', import.meta.url));

const Checks = z.array(z.object({ id: z.string(), status: z.string(), errorMessage: z.string().optional() }));
const RequirementsFile = z.object({
  server: z.array(z.string()),
  client: z.array(z.string()),
  not_scored: z.array(z.object({ scenario: z.string(), leg: z.string() })).default([]),
});

/**
 * The directory of the official suite: `given`, or the one in `test/peers`, which is installed when it is missing.
 */
export async function findSuite(given: string | undefined): Promise<string> {
  const suite = given ?? join(PEERS, 'node_modules', '@modelcontextprotocol', 'conformance');
  if (existsSync(join(suite, 'dist', 'index.js'))) return suite;
  if (given !== undefined) throw new Error(`there is no conformance suite in ${given}`);
  await findPeers();
  return suite;
}

/** The directory `test/peers`, installed when it is not. */
export async function findPeers(): Promise<string> {
  if (!existsSync(join(PEERS, 'node_modules'))) {
    console.error('installing test/peers …');
    await promisify(execFile)('npm', ['ci', '--prefix', PEERS]);
  }
  return PEERS;
}

/**
 * Runs the suite with `args` and reads what it found, by scenario.
 *
 * @param options.onLine is told of each line that the suite prints.
 * @throws where it does not end in time, or leaves no result
 */
export async function runSuite(
  suite: string,
  args: readonly string[],
  withinMs: number,
  { onLine }: { readonly onLine?: (line: string) => void } = {},
): Promise<Map<string, ScenarioResult>> {
  const output = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const child = startNode([join(suite, 'dist', 'index.js'), ...args, '-o', output]);
    const { stdout } = child.process;
    if (onLine && stdout) createInterface(stdout).on('line', onLine);
    else stdout?.resume();
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        void child.stop();
        reject(new Error(`the suite did not end within ${withinMs} ms`));
      }, withinMs);
      child.process.once('error', reject);
      // Its exit code says whether something failed; what failed is in its files.
      child.process.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    const found = await readResults(output);
    if (found.size === 0) throw new Error(`the suite wrote no results:\n${child.stderrTail()}`);
    return found;
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

/** What a revision requires of a server, or of a client. */
export async function readRequirements(
  suite: string,
  revision: Revision,
  leg: 'server' | 'client',
): Promise<Requirements> {
  const text = await readFile(join(suite, 'requirements', `${revision}.yaml`), 'utf8');
  const requirements = RequirementsFile.parse(parse(text));
  return {
    scored: requirements[leg],
    notScored: requirements.not_scored.filter((entry) => entry.leg === leg).map(({ scenario }) => scenario),
  };
}

/** Puts the results in the order of the requirements. A scenario without a result does not pass. */
export function inOrder(requirements: Requirements, found: Map<string, ScenarioResult>): SuiteRun {
  const resultOf = (scenario: string): ScenarioResult => found.get(scenario) ?? notRun(scenario);
  return { required: requirements.scored.map(resultOf), notScored: requirements.notScored.map(resultOf) };
}

/** The suite writes `[server-|authorization-server-]SCENARIO-TIME/checks.json`; a scenario's name may have slashes. */
async function readResults(output: string): Promise<Map<string, ScenarioResult>> {
  const results = new Map<string, ScenarioResult>();
  for (const file of await readdir(output, { recursive: true })) {
    const scenario =
      /^(?:server-|authorization-server-(?=authorization-))?(.+)-\d{4}-\d\d-\d\dT[\d-]+Z\/checks\.json$/.exec(
        file,
      )?.[1];
    if (scenario === undefined) continue;
    // oxlint-disable-next-line no-await-in-loop -- fifty small files
    const checks: unknown = JSON.parse(await readFile(join(output, file), 'utf8'));
    const result = readChecks(scenario, checks);
    // oxlint-disable-next-line no-await-in-loop
    results.set(scenario, result.passes ? result : await withWords(result, join(output, dirname(file))));
  }
  return results;
}

/** Adds the last of what a client under test said, which is where a failure explains itself. */
async function withWords(result: ScenarioResult, folder: string): Promise<ScenarioResult> {
  const words = await readFile(join(folder, 'stderr.txt'), 'utf8').catch(() => '');
  const said = words.split('\n').find((line) => /^\w*Error\b/.test(line));
  return said === undefined
    ? result
    : { ...result, failures: [...result.failures, `the client said: ${said.slice(0, 300)}`] };
}

/** The verdict on one scenario from the suite's `checks.json`. */
export function readChecks(scenario: string, json: unknown): ScenarioResult {
  const checks = Checks.parse(json);
  const failures = checks.filter(({ status }) => status === 'FAILURE');
  return {
    scenario,
    passes: failures.length === 0 && checks.length > 0,
    warnings: checks.filter(({ status }) => status === 'WARNING').length,
    failures:
      checks.length === 0
        ? ['it made no check']
        : failures.map(({ id, errorMessage }) => `${id}: ${firstLineOf(errorMessage)}`),
  };
}

function notRun(scenario: string): ScenarioResult {
  return { scenario, passes: false, warnings: 0, failures: ['the suite left no result'] };
}

function firstLineOf(text = 'no reason given'): string {
  return (text.split('\n')[0] ?? '').slice(0, 200);
}
