/**
 * Carries out what people ask agents for, over the whole APIs of Kubernetes and GitHub and the bundled help desk behind one
 * gateway in search mode: find, describe, call, by real clients of both eras, over HTTP and stdio.
 *
 *   npm run search:tasks -- [DIRECTORY]
 *
 * The documents are those of the corpus (default `../shared/specs`); the APIs are stood in for by servers that check each request
 * against its document. Where the documents are not there, the help desk is alone. Exit 0: every task was done within the bounds
 * in tokens, and nothing hidden was seen. 1: one was not.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { GITHUB_TASKS } from './tasks/github.ts';
import { HELPDESK_TASKS } from './tasks/helpdesk.ts';
import { KUBERNETES_TASKS } from './tasks/kubernetes.ts';
import { findFaults } from './support/bounds.ts';
import { carryOut, type Outcome } from './support/carry-out.ts';
import { startDesk } from './support/desk.ts';
import { describeOutcomes } from './support/table.ts';
import { tryHidden } from './support/try-hidden.ts';

const [directory = '../shared/specs'] = process.argv.slice(2);
const DOCUMENTS = {
  kubernetes: path.resolve(directory, 'kubernetes/v2-1.28.0-swagger.json'),
  github: path.resolve(directory, 'github/api.github.com.json'),
};
process.exitCode = await main();

async function main(): Promise<number> {
  const absent = Object.values(DOCUMENTS).filter((file) => !existsSync(file));
  for (const file of absent) process.stderr.write(`${file} is not there: left out\n`);
  const isWhole = absent.length === 0;
  const tasks = [...(isWhole ? [...KUBERNETES_TASKS, ...GITHUB_TASKS] : []), ...HELPDESK_TASKS];
  await using desk = await startDesk(isWhole ? DOCUMENTS : {});
  const faults: string[] = [];
  for (const kind of ['v2 modern', 'v2 legacy', 'v1', 'stdio'] as const) {
    // oxlint-disable-next-line no-await-in-loop -- one client after another
    await using agent = await desk.connect(kind, 'admin');
    const outcomes: Outcome[] = [];
    const facade = await agent.facade();
    for (const task of tasks) {
      // oxlint-disable-next-line no-await-in-loop -- one task after another
      outcomes.push(await carryOut(agent, task, desk.take));
    }
    process.stdout.write(
      describeOutcomes(`${kind}: facade ${facade.tokens} tokens`, facade.tokens, outcomes),
    );
    faults.push(...findFaults(facade, outcomes).map((fault) => `${kind}: ${fault}`));
  }
  if (isWhole) faults.push(...(await tryHidden(desk, tasks)));
  for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`);
  process.stdout.write(faults.length === 0 ? 'every task was done\n' : `${faults.length} faults\n`);
  return faults.length === 0 ? 0 : 1;
}
