import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type JsonObject } from '../../../src/catalog/json.ts';
import type { Agent } from './agent.ts';
import type { Line } from './read-lines.ts';
import type { Arrived } from './stub-api.ts';
import type { Arrival, Step, Task } from './task.ts';

/** How a step went. */
export interface StepOutcome {
  readonly query: string;
  /** At which line the tool stood, from 1; `Infinity`: it was not found. */
  readonly rank: number;
  /** Tokens of all looks into its description, questions included. */
  readonly describe: number;
  /** How many looks those were. */
  readonly looks: number;
  /** Tokens of the call and its answer. */
  readonly call: number;
  /** Empty: it did what it was to do. */
  readonly problem: string;
}

export interface Outcome {
  readonly goal: string;
  /** Tokens of what `find_tools` was asked, for all steps. */
  readonly asked: number;
  /** Tokens of what it answered. */
  readonly find: number;
  readonly steps: readonly StepOutcome[];
}

/** Finds, describes and calls as an agent would that was given the task. What arrived since is taken with `arrived`. */
export async function carryOut(
  agent: Agent,
  { goal, steps }: Task,
  arrived: () => Arrived[],
): Promise<Outcome> {
  const { answer, lines } = await agent.find(steps.map(({ query }) => query));
  const outcomes: StepOutcome[] = [];
  let before: JsonObject = {};
  for (const [index, step] of steps.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- a step needs what the one before answered
    const { outcome, result } = await take(agent, step, lines[index] ?? [], before, arrived);
    outcomes.push(outcome);
    before = result;
  }
  return { goal, asked: answer.asked, find: answer.tokens, steps: outcomes };
}

async function take(
  agent: Agent,
  step: Step,
  lines: readonly Line[],
  before: JsonObject,
  arrived: () => Arrived[],
): Promise<{ outcome: StepOutcome; result: JsonObject }> {
  const at = lines.findIndex(({ name, also }) => [name, ...also].includes(step.tool));
  const outcome = { query: step.query, rank: at < 0 ? Infinity : at + 1, describe: 0, looks: 0, call: 0 };
  if (at < 0) return { outcome: { ...outcome, problem: 'not found' }, result: {} };
  const described = [await agent.describe(step.tool)];
  for (const pointer of step.pointers ?? []) {
    // oxlint-disable-next-line no-await-in-loop -- one after another
    described.push(await agent.describe(step.tool, pointer));
  }
  const args = typeof step.args === 'function' ? step.args(before) : step.args;
  const unread = [...Object.keys(args), ...(step.members ?? [])].filter(
    (member) => !described.some(({ text }) => text.includes(`"${member}"`) || text.includes(` ${member}`)),
  );
  arrived();
  const called = await agent.call(step.tool, args);
  const problem = described.some(({ isError }) => isError)
    ? `not described: ${described.find(({ isError }) => isError)?.text}`
    : unread.length > 0
      ? `not in the description: ${unread.join(', ')}`
      : called.isError
        ? `refused: ${called.text.slice(0, 300)}`
        : whyNot(arrived(), typeof step.arrives === 'function' ? step.arrives(before) : step.arrives);
  const describe = described.reduce((sum, one) => sum + one.asked + one.tokens, 0);
  const call = called.asked + called.tokens;
  return {
    outcome: { ...outcome, describe, looks: described.length, call, problem },
    result: readObject(called.text),
  };
}

/** What a model takes from an answer. */
function readObject(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

function whyNot(arrived: readonly Arrived[], { method, path, query = {}, body }: Arrival): string {
  const [one, ...more] = arrived;
  if (!one || more.length > 0) return `${arrived.length} requests arrived`;
  if (one.problem !== '') return `the API says: ${one.problem}`;
  const is = { method: one.method, path: one.path, query: one.query, body: one.body };
  return isDeepStrictEqual(is, { method, path, query, body }) ? '' : `it was ${JSON.stringify(is)}`;
}
