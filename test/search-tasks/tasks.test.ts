import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFaults } from './support/bounds.ts';
import { carryOut, type Outcome } from './support/carry-out.ts';
import { startDesk, type Desk } from './support/desk.ts';
import { readLines } from './support/read-lines.ts';
import { tryHidden } from './support/try-hidden.ts';
import { GITHUB_TASKS } from './tasks/github.ts';
import { HELPDESK_TASKS } from './tasks/helpdesk.ts';
import { KUBERNETES_TASKS } from './tasks/kubernetes.ts';

const TASKS = [...KUBERNETES_TASKS, ...GITHUB_TASKS, ...HELPDESK_TASKS];

let desk: Desk;
beforeAll(async () => {
  const fixtures = path.join(import.meta.dirname, 'fixtures');
  desk = await startDesk({
    kubernetes: path.join(fixtures, 'cluster.yaml'),
    github: path.join(fixtures, 'codehost.yaml'),
  });
});
afterAll(() => desk[Symbol.asyncDispose]());

describe('an agent that is given a task, and knows three tools', () => {
  // Over stdio, too, and over whole APIs: `npm run search:tasks`.
  test.each(['v2 modern', 'v1'] as const)(
    'finds, describes and calls what does it, within the bounds in tokens (%s)',
    async (way) => {
      await using agent = await desk.connect(way, 'admin');
      const facade = await agent.facade();
      const outcomes: Outcome[] = [];
      for (const task of TASKS) outcomes.push(await carryOut(agent, task, desk.take));
      expect(findFaults(facade, outcomes)).toEqual([]);
    },
  );

  test('sees nothing of what is hidden from it, however it asks, and is told what a denied call may be', async () => {
    expect(await tryHidden(desk, TASKS)).toEqual([]);
  });
});

test('a script reads an answer as a model would', () => {
  expect(
    readLines(
      '# one\na_b(x, y?, …) - Says (often) that; also: a_c (v2, old), a_d\n\n# two\na_e()\nNo good match. Sources: a.',
    ),
  ).toEqual([
    [{ name: 'a_b', required: ['x'], optional: ['y'], also: ['a_c', 'a_d'] }],
    [{ name: 'a_e', required: [], optional: [], also: [] }],
  ]);
  expect(() => readLines('Nothing found.')).toThrow('no signature');
});
