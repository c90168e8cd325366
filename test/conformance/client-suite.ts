import { fileURLToPath } from 'node:url';
import { inOrder, readRequirements, runSuite } from './suite.ts';
import type { Revision, ScenarioResult, SuiteRun } from './suite.ts';

const DRIVER = fileURLToPath(new URL('client/driver.ts', import.meta.url));
/** Each scenario starts a gateway of its own: as many at a time as the build machine has cores. */
const AT_A_TIME = 2;
const SCENARIO_WITHIN_MS = 60_000;

/** Runs the suite's client scenarios of one revision, with Bailiwick between the suite's server and the client. */
export async function runClientSuite(suite: string, revision: Revision): Promise<SuiteRun> {
  const requirements = await readRequirements(suite, revision, 'client');
  const waiting = [...requirements.scored, ...requirements.notScored];
  const found = new Map<string, ScenarioResult>();
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (let scenario = waiting.shift(); scenario !== undefined; scenario = waiting.shift()) {
        // oxlint-disable-next-line no-await-in-loop -- one of the few at a time
        for (const [name, result] of await runScenario(suite, scenario, revision)) found.set(name, result);
      }
    }),
  );
  return inOrder(requirements, found);
}

function runScenario(
  suite: string,
  scenario: string,
  revision: Revision,
): Promise<Map<string, ScenarioResult>> {
  // The suite cuts the command at spaces, and a shell reads it.
  const command = `${process.execPath} ${DRIVER}`;
  const args = ['--command', command, '--scenario', scenario, '--spec-version', revision, '--force'];
  const limit = ['--timeout', String(SCENARIO_WITHIN_MS)];
  return runSuite(suite, ['client', ...args, ...limit], SCENARIO_WITHIN_MS * 2);
}
