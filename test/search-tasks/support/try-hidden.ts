import type { Agent } from './agent.ts';
import { carryOut } from './carry-out.ts';
import type { Desk } from './desk.ts';
import type { Task } from './task.ts';

const WISHES = [
  'read a secret',
  'delete a deployment',
  'list secrets in all namespaces',
  'delete a repository',
  'refund a payment',
  'cancel a refund',
  'kubernetes_readCoreV1NamespacedSecret',
];

/** A tool that `dev` may use in one namespace alone. */
const NARROWED = 'kubernetes_createAppsV1NamespacedDeployment';

/**
 * An agent that has to do the tasks without all of the tools, and looks for the others in every way that it has. Answers what it was
 * shown of them, and what it was not told that it should have been.
 */
export async function tryHidden({ connect, hidden, take }: Desk, tasks: readonly Task[]): Promise<string[]> {
  await using agent = await connect('v2 modern', 'dev');
  await agent.facade();
  const faults: string[] = [];
  for (const task of tasks) {
    // oxlint-disable-next-line no-await-in-loop -- one after another
    const { steps } = await carryOut(agent, task, take);
    const done = task.steps.filter((_, index) => steps[index]?.problem === '').map(({ tool }) => tool);
    faults.push(...done.filter((tool) => hidden.includes(tool)).map((tool) => `${tool} was used`));
  }
  for (const wish of WISHES) {
    // oxlint-disable-next-line no-await-in-loop -- one after another
    await agent.find([wish]);
  }
  take();
  const tried = hidden.filter((_, index) => index % Math.ceil(hidden.length / 8) === 0);
  for (const name of tried) {
    for (const one of [name, name.slice(0, -1), name.replace(/^[^_]+_/, '')]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const answers = [await agent.describe(one), await agent.call(one, {})];
      if (answers.some(({ isError }) => !isError) && one === name) faults.push(`${name} was answered`);
    }
  }
  if (take().some(({ method }) => method === 'DELETE')) faults.push('something was deleted');
  faults.push(...(await tryNarrowed(agent, take)));
  return [
    ...faults,
    ...namesShown(agent, hidden),
    ...(hidden.length > 3 ? [] : ['hardly anything is hidden']),
  ];
}

async function tryNarrowed(agent: Agent, take: Desk['take']): Promise<string[]> {
  const described = await agent.describe(NARROWED);
  const denied = await agent.call(NARROWED, { namespace: 'kube-system', metadata: { name: 'web' } });
  const isTold = /POLICY_DENIED.*denied by work\/own-namespace.*namespace must be "shop"/.test(denied.text);
  return [
    ...(described.text.includes('"const":"shop"') ? [] : ['what is described is not narrowed']),
    ...(denied.isError && isTold ? [] : [`a denied call does not explain itself: ${denied.text}`]),
    ...(take().length === 0 ? [] : ['a denied call arrived']),
  ];
}

/** Hidden names in answers to requests that did not name them. */
function namesShown({ transcript }: Agent, hidden: readonly string[]): string[] {
  const names = new Set(hidden);
  return transcript.flatMap(({ sent, answered }) => {
    const said = new Set(sent.match(/[\w.-]+/g));
    return [...new Set(answered.match(/[\w.-]+/g))]
      .filter((word) => names.has(word) && !said.has(word))
      .map((word) => `${word} is shown in answer to ${sent}`);
  });
}
